import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidGenerator } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { silentLog } from '../shared/log.ts'
import { money } from '../shared/money.ts'
import type { ChargeCommand } from './decide.ts'
import { FakeBank } from './fake-bank.test.support.ts'
import { MemoryPaymentRepository } from './memory-repository.ts'
import { Payments } from './payments.ts'
import { resolvePending } from './resolver.ts'

function open() {
  const clock = new VirtualClock()
  const newId = uuidGenerator({ clock })
  const bank = new FakeBank()
  const repository = new MemoryPaymentRepository()
  const payments = new Payments({ repository, bank, clock, newId, log: silentLog })
  const amount = money(1999, 'EUR')
  const command: ChargeCommand = {
    orderId: newId(),
    userId: newId(),
    amount,
    cardToken: 'card_1',
    lines: [{ description: 'Desk lamp', quantity: 1, unitPrice: amount, lineTotal: amount }],
    address: { name: 'Ada', line1: 'Main St 1', line2: '', postalCode: '10115', city: 'Berlin', country: 'DE' },
  }
  const resolve = () => resolvePending({ repository, bank, payments, clock, log: silentLog })
  return { bank, payments, repository, command, clock, resolve }
}

test('an order is charged once and gets one invoice, however often and however simultaneously it is charged', async () => {
  const { bank, payments, command } = open()
  const charged = await Promise.all(Array.from({ length: 5 }, () => payments.charge(command)))
  assert.ok(charged.every(({ status }) => status === 'CHARGED'))
  assert.equal((await payments.charge(command)).id, charged[0]?.id)
  assert.equal(bank.entries.size, 1)
  const invoice = await payments.getInvoice(command.orderId, command.userId)
  assert.deepEqual([invoice.number, invoice.total], ['2026-000001', command.amount])
})

test('a repeated charge with another amount or customer is refused', async () => {
  const { payments, command } = open()
  await payments.charge(command)
  const refused = { code: 'SHOP_IDEMPOTENCY_KEY_REUSED' }
  await assert.rejects(payments.charge({ ...command, amount: money(2000, 'EUR') }), refused)
  await assert.rejects(payments.charge({ ...command, amount: money(1999, 'USD') }), refused)
  await assert.rejects(payments.charge({ ...command, userId: 'somebody else' }), refused)
})

test('a decline is an answer; the same card is not tried again, another one is', async () => {
  const { bank, payments, command } = open()
  const declined = await payments.charge({ ...command, cardToken: 'bad_1' })
  assert.deepEqual([declined.status, declined.declineCode], ['DECLINED', 'CARD_DECLINED'])
  assert.deepEqual(await payments.charge({ ...command, cardToken: 'bad_1' }), declined)
  assert.equal(bank.entries.size, 1)
  const charged = await payments.charge(command)
  assert.deepEqual([charged.id, charged.status, charged.declineCode], [declined.id, 'CHARGED', ''])
  assert.equal(bank.netCharges, 1)
})

for (const fault of ['before', 'after'] as const) {
  test(`a bank that fails ${fault} charging leaves the payment pending, and charging again charges once`, async () => {
    const { bank, payments, command } = open()
    bank.faults.push(fault)
    await assert.rejects(payments.charge(command), { code: 'SHOP_BANK_UNAVAILABLE', retryable: true })
    assert.equal((await payments.getPayment(command.orderId)).status, 'PENDING')
    assert.equal((await payments.charge(command)).status, 'CHARGED')
    assert.equal(bank.entries.size, 1)
  })

  test(`an open attempt that failed ${fault} charging is settled before another card is tried`, async () => {
    const { bank, payments, command } = open()
    bank.faults.push(fault)
    await assert.rejects(payments.charge(command))
    const charged = await payments.charge({ ...command, cardToken: 'card_2' })
    assert.deepEqual([charged.status, charged.attempts.length, bank.netCharges], ['CHARGED', 1, 1])
  })

  test(`a refund after a bank that failed ${fault} charging leaves nothing charged, for ever`, async () => {
    const { bank, payments, command } = open()
    bank.faults.push(fault)
    await assert.rejects(payments.charge(command))
    const refunded = await payments.refund(command.orderId, 'cancelled')
    assert.equal(refunded?.status, fault === 'before' ? undefined : 'REFUNDED')
    await assert.rejects(payments.charge(command), { code: 'SHOP_PAYMENT_CLOSED' })
    assert.equal(bank.netCharges, 0)
  })

  test(`a refund that failed ${fault} giving back is completed by refunding again, once`, async () => {
    const { bank, payments, command } = open()
    await payments.charge(command)
    bank.faults.push(fault)
    await assert.rejects(payments.refund(command.orderId, 'cancelled'), { code: 'SHOP_BANK_UNAVAILABLE' })
    assert.equal((await payments.refund(command.orderId, 'cancelled'))?.status, 'REFUNDED')
    assert.equal((await payments.refund(command.orderId, 'cancelled'))?.status, 'REFUNDED')
    assert.deepEqual([...bank.refunds.values()], [1999])
    assert.notEqual((await payments.getInvoice(command.orderId, command.userId)).refundedAtMs, undefined)
  })
}

test('an order that comes while the bank is left alone is known not to be charged: it can be cancelled, or charged later', async () => {
  const { bank, payments, repository, command, clock } = open()
  bank.isResting = true
  await assert.rejects(payments.charge(command), { code: 'SHOP_BANK_UNAVAILABLE', retryable: true })
  await assert.rejects(payments.getPayment(command.orderId), { code: 'SHOP_PAYMENT_NOT_FOUND' })
  await clock.advance(5_000)
  assert.deepEqual(await repository.dueAttempts({ nowMs: clock.wall(), limit: 10 }), [])
  const cancelled = { ...command, orderId: 'another order' }
  await assert.rejects(payments.charge(cancelled))
  assert.equal(await payments.refund(cancelled.orderId, 'cancelled'), undefined)
  bank.isResting = false
  assert.equal((await payments.charge({ ...command, cardToken: 'card_2' })).status, 'CHARGED')
  await assert.rejects(payments.charge(cancelled), { code: 'SHOP_PAYMENT_CLOSED' })
  assert.equal(bank.entries.size, 1)
})

test('while the bank is left alone, an order never heard of is refused without a transaction', async () => {
  const { bank, payments, repository, command } = open()
  let changes = 0
  const change = repository.change.bind(repository)
  repository.change = (...args) => (changes++, change(...args))
  bank.isResting = true
  await assert.rejects(payments.charge(command), { code: 'SHOP_BANK_UNAVAILABLE' })
  assert.equal(changes, 0)
  bank.isResting = false
  assert.equal((await payments.charge(command)).status, 'CHARGED')
})

test('while the bank is left alone, an order that is said to be asked for the first time is refused without being looked up', async () => {
  const { bank, payments, repository, command } = open()
  repository.isKnown = () => assert.fail('it was looked up')
  bank.isResting = true
  await assert.rejects(payments.charge(command, { isFirst: true }), { code: 'SHOP_BANK_UNAVAILABLE' })
  bank.isResting = false
  assert.equal((await payments.charge(command, { isFirst: true })).status, 'CHARGED')
})

test('while the bank is left alone, an order that was charged is told so, and one in doubt stays in doubt', async () => {
  const { bank, payments, command } = open()
  const doubtful = { ...command, orderId: 'another order' }
  await payments.charge(command)
  bank.faults.push('after')
  await assert.rejects(payments.charge(doubtful))
  bank.isResting = true
  assert.equal((await payments.charge(command)).status, 'CHARGED')
  await assert.rejects(payments.charge(doubtful), { code: 'SHOP_BANK_UNAVAILABLE' })
  assert.equal((await payments.getPayment(doubtful.orderId)).status, 'PENDING')
})

test('an open attempt whose card is declined after all makes way for the card at hand', async () => {
  const { bank, payments, command } = open()
  bank.faults.push('before')
  await assert.rejects(payments.charge({ ...command, cardToken: 'bad_1' }))
  const charged = await payments.charge(command)
  assert.deepEqual([charged.status, charged.attempts.length, bank.netCharges], ['CHARGED', 2, 1])
})

test('a charge request that is overtaken by a refund on its way to the bank charges nothing', async () => {
  const { bank, payments, command } = open()
  bank.beforeCharge = async () => void (await payments.refund(command.orderId, 'cancelled'))
  await assert.rejects(payments.charge(command), { code: 'SHOP_PAYMENT_CLOSED' })
  assert.deepEqual(
    [...bank.entries.values()].map(({ kind }) => kind),
    ['void'],
  )
  await assert.rejects(payments.getPayment(command.orderId), { code: 'SHOP_PAYMENT_NOT_FOUND' })
})

test('refunding an order that was never charged does nothing, and bars it from being charged', async () => {
  const { bank, payments, command } = open()
  assert.equal(await payments.refund(command.orderId, 'cancelled'), undefined)
  await assert.rejects(payments.charge(command), { code: 'SHOP_PAYMENT_CLOSED' })
  assert.equal(bank.entries.size, 0)
})

test('refunding a declined order gives nothing back', async () => {
  const { bank, payments, command } = open()
  await payments.charge({ ...command, cardToken: 'bad_1' })
  assert.equal(await payments.refund(command.orderId, 'cancelled'), undefined)
  assert.equal(bank.refunds.size, 0)
})

test('an order that was not charged has no payment and no invoice', async () => {
  const { payments, command } = open()
  await assert.rejects(payments.getPayment(command.orderId), { code: 'SHOP_PAYMENT_NOT_FOUND' })
  await assert.rejects(payments.getInvoice(command.orderId, command.userId), { code: 'SHOP_INVOICE_NOT_FOUND' })
  await payments.charge({ ...command, cardToken: 'bad_1' })
  await assert.rejects(payments.getInvoice(command.orderId, command.userId), { code: 'SHOP_INVOICE_NOT_FOUND' })
})

test('an invoice is shown to its customer only', async () => {
  const { payments, command } = open()
  await payments.charge(command)
  const notFound = { code: 'SHOP_INVOICE_NOT_FOUND' }
  await assert.rejects(payments.getInvoice(command.orderId, 'somebody else'), notFound)
  await assert.rejects(payments.renderInvoice(command.orderId, 'somebody else'), notFound)
})

test('a charge whose answer was lost is found out by asking the bank, after some seconds', async () => {
  const { bank, payments, command, clock, resolve } = open()
  bank.faults.push('after')
  await assert.rejects(payments.charge(command))
  await resolve()
  assert.equal((await payments.getPayment(command.orderId)).status, 'PENDING')
  await clock.advance(5_000)
  await resolve()
  assert.equal((await payments.getPayment(command.orderId)).status, 'CHARGED')
  assert.equal((await payments.getInvoice(command.orderId, command.userId)).number, '2026-000001')
})

test('a charge that never reached the bank is never made by resolving, which asks ever more rarely', async () => {
  const { bank, payments, repository, command, clock, resolve } = open()
  bank.faults.push('before')
  await assert.rejects(payments.charge(command))
  const dueAfter = async (ms: number): Promise<number> => {
    await clock.advance(ms)
    return (await repository.dueAttempts({ nowMs: clock.wall(), limit: 10 })).length
  }
  assert.equal(await dueAfter(5_000), 1)
  await resolve()
  assert.equal(await dueAfter(4_999), 0)
  assert.equal(await dueAfter(1), 1)
  await resolve()
  assert.equal(await dueAfter(9_999), 0)
  assert.equal(await dueAfter(1), 1)
  assert.equal(bank.entries.size, 0)
  assert.equal((await payments.getPayment(command.orderId)).status, 'PENDING')
})
