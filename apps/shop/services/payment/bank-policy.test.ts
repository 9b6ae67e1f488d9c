import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VirtualClock } from '@ashlar/kernel/testing'
import { ShopError } from '../shared/shop-errors.ts'
import type { HttpBank } from './http-bank.ts'
import { card, openBank } from './open-bank.test.support.ts'

const unavailable = { code: 'SHOP_BANK_UNAVAILABLE', retryable: true }
const failing = { ...unavailable, message: 'the bank does not answer at the moment (it has been failing)' }
const longestOpenMs = 2_400

/** Lets requests travel, in no time of the clock's. */
async function until(clock: VirtualClock, isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns++) {
    if (turns === 100_000) throw new Error('it never came to be so')
    await clock.advance(0)
  }
}

test('an ask that failed is repeated under its key: the customer is charged once, and hears of nothing', async (t) => {
  const { shop, behave, clock, policy, asked } = await openBank(t, { hasPolicy: true })
  const { token } = await shop.tokenise(card)
  const before = asked()
  behave('error-after')
  const charging = shop.charge('attempt-1', { amountMinor: 1999, currency: 'EUR', token, description: 'Order' })
  await until(clock, () => policy.counters.retried === 1)
  behave('normal')
  await clock.advance(50)
  const outcome = await charging
  assert.equal(asked(), before + 2)
  assert.deepEqual(await shop.find('attempt-1'), outcome)
})

const others: Readonly<Record<string, (shop: HttpBank) => Promise<unknown>>> = {
  'request for a card token': (shop) => shop.tokenise(card),
  void: (shop) => shop.void('attempt-1'),
  lookup: (shop) => shop.find('attempt-1'),
}

for (const [what, ask] of Object.entries(others)) {
  test(`a ${what} that the bank failed to answer is repeated, too`, async (t) => {
    const { shop, behave, clock, policy, asked } = await openBank(t, { hasPolicy: true })
    behave('error')
    const asking = ask(shop)
    await until(clock, () => policy.counters.retried === 1)
    behave('normal')
    await clock.advance(50)
    await asking
    assert.equal(asked(), 2)
  })
}

test('a bank that fails is left alone: customers are told at once when to come back, and three probes close it', async (t) => {
  const { shop, behave, clock, policy, asked } = await openBank(t, { hasPolicy: true })
  behave('error')
  const first = Promise.all(Array.from({ length: 10 }, () => assert.rejects(shop.find('attempt-1'), unavailable)))
  await until(clock, () => policy.breaker?.state.kind === 'open')
  await clock.advance(100)
  await first
  assert.equal(asked(), 10)
  const refused = await shop.find('attempt-1').catch((error: unknown) => error as ShopError)
  assert.ok(refused instanceof ShopError && refused.retryAfterMs !== undefined)
  assert.match(refused.message, /it has been failing/)
  assert.ok(refused.retryAfterMs > 1_000 && refused.retryAfterMs <= longestOpenMs, String(refused.retryAfterMs))
  assert.equal(asked(), 10)

  assert.throws(() => shop.requireAvailable(), failing)
  behave('normal')
  await clock.advance(longestOpenMs)
  // It must be possible to begin what will be the probes.
  shop.requireAvailable()
  const probes = Array.from({ length: 3 }, () => shop.find('attempt-1'))
  assert.throws(() => shop.requireAvailable(), failing)
  await assert.rejects(shop.find('attempt-1'), failing)
  assert.deepEqual(await Promise.all(probes), [undefined, undefined, undefined])
  assert.equal(policy.breaker?.state.kind, 'closed')
  assert.equal(asked(), 13)
})

test('a bank that hangs is asked again after 1.3 seconds, and given up on after three', async (t) => {
  const { shop, behave, clock, asked } = await openBank(t, { hasPolicy: true })
  behave('hang')
  const asking = assert.rejects(shop.find('attempt-1'), { ...unavailable, retryAfterMs: 1_000 })
  await until(clock, () => asked() === 1)
  await clock.advance(1_400)
  await until(clock, () => asked() === 2)
  await clock.advance(1_600)
  await asking
  assert.ok(clock.now() <= 3_000)
})

test('a decline is an answer: however many there are, the bank is asked about the next card', async (t) => {
  const { charge, behave, policy, asked } = await openBank(t, { hasPolicy: true })
  behave('decline')
  for (let count = 0; count < 20; count++) assert.equal((await charge(`attempt-${count}`)).kind, 'declined')
  assert.equal(policy.breaker?.state.kind, 'closed')
  assert.equal(asked(), 40)
})

test('a bank that hangs has 48 requests at a time and no more; of those beyond, 48 wait, half a second long', async (t) => {
  const { shop, behave, clock, asked } = await openBank(t, { hasPolicy: true })
  behave('hang')
  const full = { ...unavailable, message: 'the bank does not answer at the moment (too many are waiting)' }
  const held = Array.from({ length: 48 }, () => assert.rejects(shop.find('attempt-1'), unavailable))
  const waiting = Array.from({ length: 48 }, () => assert.rejects(shop.find('attempt-1'), full))
  await assert.rejects(shop.find('attempt-1'), full)
  await until(clock, () => asked() === 48)
  await clock.advance(510)
  await Promise.all(waiting)
  assert.equal(asked(), 48)
  await clock.advance(2_500)
  await Promise.all(held)
})

test('an operator can keep the shop from asking the bank at all', async (t) => {
  const { shop, policy, asked } = await openBank(t, { hasPolicy: true })
  shop.requireAvailable()
  policy.breaker?.isolate('the bank is being moved')
  assert.throws(() => shop.requireAvailable(), failing)
  await assert.rejects(shop.find('attempt-1'), failing)
  assert.equal(asked(), 0)
  policy.breaker?.close()
  assert.equal(await shop.find('attempt-1'), undefined)
})
