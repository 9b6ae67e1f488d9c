import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '@ashlar/kernel'
import { money } from '../shared/money.ts'
import { decideCharge, decideClose, decideOutcome, decideRefunded, type ChargeCommand } from './decide.ts'
import type { Account, Payment } from './payment.ts'
import type { PaymentRepository } from './repository.ts'

const nowMs = 1_767_225_600_123 // 2026-01-01
const moment = { nowMs, newId }
const approved = { kind: 'approved', reference: 'bank-1', brand: 'Visa', last4: '4242' } as const
const declined = { kind: 'declined', code: 'CARD_EXPIRED', brand: 'Visa', last4: '0069' } as const

/** What every payment repository promises. `create` gives a fresh, empty one. */
export function paymentRepositoryContract(name: string, create: () => Promise<PaymentRepository>): void {
  describe(`${name} payment repository`, () => {
    test('the account of an order never heard of is empty', async () => {
      const repository = await create()
      const orderId = newId()
      const empty = { orderId, isClosed: false, payment: undefined, invoice: undefined }
      assert.deepEqual(await repository.find(orderId), empty)
    })

    test('an order is known from the first thing that was stored for it, and not by what came to nothing', async () => {
      const repository = await create()
      const [charged, closed, failed] = [charge(), newId(), newId()]
      await begin(repository, charged)
      await repository.change(closed, decideClose)
      const failing = repository.change(failed, () => {
        throw new Error('no')
      })
      await assert.rejects(failing, /no/)
      const known = await Promise.all([charged.orderId, closed, failed, newId()].map((id) => repository.isKnown(id)))
      assert.deepEqual(known, [true, true, false, false])
    })

    test('a payment reads back as it was stored, through all its attempts', async () => {
      const repository = await create()
      const command = charge()
      const first = await begin(repository, command)
      assert.deepEqual((await repository.find(command.orderId)).payment, first.payment)
      await settle(repository, first, declined)
      const second = await begin(repository, { ...command, cardToken: 'card_2' })
      const payment = await settle(repository, second, approved)
      assert.deepEqual((await repository.find(command.orderId)).payment, payment)
      assert.deepEqual(
        payment.attempts.map(({ status }) => status),
        ['DECLINED', 'CHARGED'],
      )
    })

    test('when deciding throws, nothing is stored', async () => {
      const repository = await create()
      const { orderId } = charge()
      const failing = repository.change(orderId, (account) => {
        decideClose(account)
        throw new Error('no')
      })
      await assert.rejects(failing, /no/)
      assert.equal((await repository.find(orderId)).isClosed, false)
    })

    test('changes of one order happen one after another, also the first', async () => {
      const repository = await create()
      const command = charge()
      const steps = await Promise.all(Array.from({ length: 8 }, () => begin(repository, command)))
      assert.equal(new Set(steps.map(({ attempt }) => attempt.id)).size, 1)
      assert.equal((await repository.find(command.orderId)).payment?.attempts.length, 1)

      await settle(repository, steps[0] ?? assert.fail(), declined)
      const again = { ...command, cardToken: 'card_2' }
      const later = await Promise.all(Array.from({ length: 8 }, () => begin(repository, again)))
      assert.equal(new Set(later.map(({ attempt }) => attempt.id)).size, 1)
    })

    test('closing an order is remembered, before and after it was charged', async () => {
      const repository = await create()
      const { orderId } = charge()
      await repository.change(orderId, decideClose)
      assert.equal((await repository.find(orderId)).isClosed, true)
      const step = await begin(repository, charge())
      await repository.change(step.payment.orderId, decideClose)
      assert.equal((await repository.find(step.payment.orderId)).isClosed, true)
    })

    test('invoices are numbered densely in their year, also when issued at once', async () => {
      const repository = await create()
      const charged = await Promise.all(Array.from({ length: 8 }, () => chargeFor(repository, nowMs)))
      const numbers = charged.map(({ invoice }) => invoice?.number ?? '').sort((a, b) => a.localeCompare(b))
      assert.deepEqual(
        numbers,
        Array.from({ length: 8 }, (_, index) => `2026-00000${index + 1}`),
      )
      const nextYear = await chargeFor(repository, nowMs + 366 * 86_400_000)
      assert.equal(nextYear.invoice?.number, '2027-000001')
    })

    test('an invoice reads back as issued, and is marked when refunded', async () => {
      const repository = await create()
      const { orderId, payment, invoice } = await chargeFor(repository, nowMs)
      const { id, number, refundedAtMs, ...rest } = invoice ?? assert.fail('no invoice')
      assert.deepEqual(rest, {
        orderId,
        userId: payment?.userId,
        lines: payment?.lines,
        total: payment?.amount,
        address: payment?.address,
        issuedAtMs: nowMs,
      })
      assert.equal(refundedAtMs, undefined)
      await repository.change(orderId, (account) => decideRefunded(account, { nowMs: nowMs + 5, newId }))
      const after = await repository.find(orderId)
      assert.deepEqual(after.invoice, { id, number, ...rest, refundedAtMs: nowMs + 5 })
      assert.equal(after.payment?.status, 'REFUNDED')
    })

    test('a payment without an address, as they were made once, gives an invoice without one', async () => {
      const repository = await create()
      const step = await begin(repository, { ...charge(), address: undefined })
      await settle(repository, step, approved)
      const { payment, invoice } = await repository.find(step.payment.orderId)
      assert.deepEqual([payment?.status, payment?.address, invoice?.address], ['CHARGED', undefined, undefined])
    })

    test('pending attempts are due some seconds after they began, and again when they were put off to', async () => {
      const repository = await create()
      const { payment, attempt } = await begin(repository, charge())
      await chargeFor(repository, nowMs)
      const due = (afterMs: number) => repository.dueAttempts({ nowMs: nowMs + afterMs, limit: 10 })
      assert.deepEqual(await due(4_999), [])
      assert.deepEqual(await due(5_000), [{ id: attempt.id, orderId: payment.orderId, createdAtMs: nowMs }])
      await repository.deferAttempt(attempt.id, nowMs + 9_000)
      assert.deepEqual(await due(8_999), [])
      assert.equal((await due(9_000)).length, 1)
    })
  })
}

function charge(): ChargeCommand {
  const amount = money(1999, 'EUR')
  return {
    orderId: newId(),
    userId: newId(),
    amount,
    cardToken: 'card_1',
    lines: [{ description: 'Desk lamp “Ångström”', quantity: 1, unitPrice: amount, lineTotal: amount }],
    address: { name: 'Ada', line1: 'Straße 1', line2: '', postalCode: '10115', city: 'Berlin', country: 'DE' },
  }
}

async function begin(repository: PaymentRepository, command: ChargeCommand) {
  const step = await repository.change(command.orderId, (account) => decideCharge(account, command, moment))
  return step.kind === 'ask' ? step : assert.fail('the payment is settled already')
}

function settle(
  repository: PaymentRepository,
  step: { payment: Payment; attempt: { id: string } },
  outcome: typeof approved | typeof declined,
  atMs = nowMs,
): Promise<Payment> {
  return repository.change(step.payment.orderId, (account) => {
    const change = decideOutcome(account, step.attempt.id, outcome, { nowMs: atMs, newId })
    return { ...change, result: change.result.payment }
  })
}

async function chargeFor(repository: PaymentRepository, atMs: number): Promise<Account> {
  const step = await begin(repository, charge())
  await settle(repository, step, approved, atMs)
  return repository.find(step.payment.orderId)
}
