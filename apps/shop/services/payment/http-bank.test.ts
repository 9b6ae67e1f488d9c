import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { closeAll, edgeTable, runCall, systemRandom, uuidGenerator } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { httpEdgeRows, listen } from '@ashlar/http'
import { createHttpClient } from '@ashlar/http/client'
import { bankApi } from '../bank/api.ts'
import { Bank } from '../bank/bank.ts'
import { Misbehaviour, type BankMode } from '../bank/behaviour.ts'
import { bankEdgeRows } from '../bank/errors.ts'
import { MemoryLedgerRepository } from '../bank/memory-repository.ts'
import { HttpBank } from './http-bank.ts'

const card = { number: '4242424242424242', expiryMonth: 12, expiryYear: 2030, securityCode: '123' }
const unavailable = { code: 'SHOP_BANK_UNAVAILABLE', retryable: true, retryAfterMs: 1_000 }

/** The real bank on a real socket, and the shop's view of it. */
async function open(t: TestContext, key = 'bank-secret') {
  const clock = new VirtualClock()
  const newId = uuidGenerator({ clock })
  const misbehaviour = new Misbehaviour(clock)
  const bank = new Bank({ ledger: new MemoryLedgerRepository(), clock, random: systemRandom, newId })
  const server = await listen(bankApi({ bank, misbehaviour, key: 'bank-secret' }), {
    port: 0,
    edge: edgeTable(httpEdgeRows, bankEdgeRows),
  })
  const headers = { authorization: `Bearer ${key}` }
  const client = createHttpClient({ name: 'the bank', baseUrl: server.url, timeoutMs: 3_000, headers, clock })
  const parts = closeAll([server, client])
  t.after(() => parts.close())
  const behave = (mode: BankMode): void => misbehaviour.set({ mode, delayMs: 0 })
  const shop = new HttpBank(client)
  const charge = async (chargeKey: string, number = card.number) => {
    const { token } = await shop.tokenise({ ...card, number })
    return shop.charge(chargeKey, { amountMinor: 1999, currency: 'EUR', token, description: 'Order' })
  }
  return { shop, charge, behave, clock, server }
}

test('a card becomes a token', async (t) => {
  const { shop } = await open(t)
  const { token, ...rest } = await shop.tokenise(card)
  assert.match(token, /^card_/)
  assert.deepEqual(rest, { brand: 'Visa', last4: '4242' })
})

test('a charge is approved or declined with a reason, and found by its key', async (t) => {
  const { shop, charge } = await open(t)
  const approved = await charge('attempt-1')
  assert.ok(approved.kind === 'approved')
  assert.deepEqual(approved, { kind: 'approved', reference: approved.reference, brand: 'Visa', last4: '4242' })
  assert.deepEqual(await shop.find('attempt-1'), approved)
  const declined = await charge('attempt-2', '4000000000000069')
  assert.deepEqual(declined, { kind: 'declined', code: 'CARD_EXPIRED', brand: 'Visa', last4: '0069' })
  assert.equal(await shop.find('attempt-3'), undefined)
})

test("a card token that the bank does not know is a plain decline, in the shop's own words", async (t) => {
  const { shop } = await open(t)
  const order = { amountMinor: 1999, currency: 'EUR', token: 'card_unknown', description: 'Order' }
  assert.deepEqual(await shop.charge('attempt-1', order), {
    kind: 'declined',
    code: 'CARD_DECLINED',
    brand: '',
    last4: '',
  })
})

test('a voided key stays void; a charged one says that it was charged', async (t) => {
  const { shop, charge } = await open(t)
  assert.deepEqual(await shop.void('attempt-1'), { kind: 'void' })
  assert.deepEqual(await charge('attempt-1'), { kind: 'void' })
  assert.deepEqual(await shop.find('attempt-1'), { kind: 'void' })
  const approved = await charge('attempt-2')
  assert.deepEqual(await shop.void('attempt-2'), approved)
})

test('a refund can be repeated', async (t) => {
  const { shop, charge } = await open(t)
  const approved = await charge('attempt-1')
  const refund = { chargeId: approved.kind === 'approved' ? approved.reference : '', amountMinor: 1999 }
  await shop.refund('refund-01', refund)
  await shop.refund('refund-01', refund)
})

test('a bank that is out of order is unavailable, whether it has acted or not', async (t) => {
  const { shop, behave } = await open(t)
  const { token } = await shop.tokenise(card)
  const order = { amountMinor: 1999, currency: 'EUR', token, description: 'Order' }
  behave('error')
  await assert.rejects(shop.charge('attempt-1', order), unavailable)
  behave('error-after')
  await assert.rejects(shop.charge('attempt-2', order), unavailable)
  behave('normal')
  assert.equal(await shop.find('attempt-1'), undefined)
  assert.equal((await shop.find('attempt-2'))?.kind, 'approved')
})

test('a bank that hangs is unavailable after three seconds', async (t) => {
  const { shop, behave, clock } = await open(t)
  behave('hang')
  const asking = assert.rejects(shop.find('attempt-1'), unavailable)
  await clock.advance(3_000)
  await asking
})

test('a bank that is gone is unavailable', async (t) => {
  const { shop, server } = await open(t)
  await server[Symbol.asyncDispose]()
  await assert.rejects(shop.find('attempt-1'), unavailable)
})

test("the caller's own deadline is not the bank's fault", async (t) => {
  const { shop, behave, clock } = await open(t)
  behave('hang')
  const asking = runCall({ timeoutMs: 1_000, clock }, () => shop.find('attempt-1'))
  const rejected = assert.rejects(asking, { code: 'ASHLAR_DEADLINE_EXCEEDED' })
  await clock.advance(1_000)
  await rejected
})

test('an answer that the interface does not provide for is a fault of ours, and not retryable', async (t) => {
  const { shop } = await open(t, 'wrong key')
  await assert.rejects(shop.find('attempt-1'), (error: Error) => {
    assert.match(error.message, /answered 401 .*BANK_UNAUTHORIZED/)
    return !('retryable' in error)
  })
})
