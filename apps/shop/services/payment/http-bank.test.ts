import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCall } from '@ashlar/kernel'
import { card, openBank } from './open-bank.test.support.ts'

const unavailable = { code: 'SHOP_BANK_UNAVAILABLE', retryable: true, retryAfterMs: 1_000 }

test('a card becomes a token', async (t) => {
  const { shop } = await openBank(t)
  const { token, ...rest } = await shop.tokenise(card)
  assert.match(token, /^card_/)
  assert.deepEqual(rest, { brand: 'Visa', last4: '4242' })
})

test('a charge is approved or declined with a reason, and found by its key', async (t) => {
  const { shop, charge } = await openBank(t)
  const approved = await charge('attempt-1')
  assert.ok(approved.kind === 'approved')
  assert.deepEqual(approved, { kind: 'approved', reference: approved.reference, brand: 'Visa', last4: '4242' })
  assert.deepEqual(await shop.find('attempt-1'), approved)
  const declined = await charge('attempt-2', '4000000000000069')
  assert.deepEqual(declined, { kind: 'declined', code: 'CARD_EXPIRED', brand: 'Visa', last4: '0069' })
  assert.equal(await shop.find('attempt-3'), undefined)
})

test("a card token that the bank does not know is a plain decline, in the shop's own words", async (t) => {
  const { shop } = await openBank(t)
  const order = { amountMinor: 1999, currency: 'EUR', token: 'card_unknown', description: 'Order' }
  assert.deepEqual(await shop.charge('attempt-1', order), {
    kind: 'declined',
    code: 'CARD_DECLINED',
    brand: '',
    last4: '',
  })
})

test('a voided key stays void; a charged one says that it was charged', async (t) => {
  const { shop, charge } = await openBank(t)
  assert.deepEqual(await shop.void('attempt-1'), { kind: 'void' })
  assert.deepEqual(await charge('attempt-1'), { kind: 'void' })
  assert.deepEqual(await shop.find('attempt-1'), { kind: 'void' })
  const approved = await charge('attempt-2')
  assert.deepEqual(await shop.void('attempt-2'), approved)
})

test('a refund can be repeated', async (t) => {
  const { shop, charge } = await openBank(t)
  const approved = await charge('attempt-1')
  const refund = { chargeId: approved.kind === 'approved' ? approved.reference : '', amountMinor: 1999 }
  await shop.refund('refund-01', refund)
  await shop.refund('refund-01', refund)
})

test('a bank that is out of order is unavailable, whether it has acted or not', async (t) => {
  const { shop, behave } = await openBank(t)
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
  const { shop, behave, clock } = await openBank(t)
  behave('hang')
  const asking = assert.rejects(shop.find('attempt-1'), unavailable)
  await clock.advance(3_000)
  await asking
})

test('a bank that is gone is unavailable', async (t) => {
  const { shop, server } = await openBank(t)
  await server[Symbol.asyncDispose]()
  await assert.rejects(shop.find('attempt-1'), unavailable)
})

test("the caller's own deadline is not the bank's fault", async (t) => {
  const { shop, behave, clock } = await openBank(t)
  behave('hang')
  const asking = runCall({ timeoutMs: 1_000, clock }, () => shop.find('attempt-1'))
  const rejected = assert.rejects(asking, { code: 'ASHLAR_DEADLINE_EXCEEDED' })
  await clock.advance(1_000)
  await rejected
})

test('an answer that the interface does not provide for is a fault of ours, and not retryable', async (t) => {
  const { shop } = await openBank(t, { key: 'wrong key' })
  await assert.rejects(shop.find('attempt-1'), (error: Error) => {
    assert.match(error.message, /answered 401 .*BANK_UNAUTHORIZED/)
    return !('retryable' in error)
  })
})
