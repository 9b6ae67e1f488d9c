import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CancelledError, codeOf, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { Bulkhead } from '../bulkhead/index.ts'
import { RateLimiter } from '../rate-limit/index.ts'
import type { PolicyEntry, PolicyRefusal } from './entry.ts'
import type { PolicyOptions } from './options.ts'
import { half, SickError, slots } from './policy.test.support.ts'
import { policy } from './policy.ts'

const clock = new VirtualClock()

function entered(entry: PolicyEntry | PolicyRefusal): PolicyEntry {
  assert.ok(entry.ok)
  return entry
}

function refusedWith(entry: PolicyEntry | PolicyRefusal): string | undefined {
  assert.equal(entry.ok, false)
  return entry.ok ? undefined : codeOf(entry.error)
}

suite('entering without a promise', () => {
  test('an entry holds a slot until it is told how the call ended, in whichever way', () => {
    const bulkhead = slots(1)
    const { tryEnter, counters } = policy('bank', { bulkhead, clock })
    const endings: ((entry: PolicyEntry) => void)[] = [
      (entry) => entry.succeed(),
      (entry) => entry.fail(new SickError()),
      (entry) => entry.abandon(),
      (entry) => entry[Symbol.dispose](),
    ]
    for (const end of endings) {
      const entry = entered(tryEnter())
      assert.equal(bulkhead.used, 1)
      assert.equal(tryEnter().ok, false)
      end(entry)
      assert.equal(bulkhead.used, 0)
    }
    assert.deepEqual({ ...counters }, { calls: 8, failed: 1, refused: 4, retried: 0, hedged: 0, timedOut: 0 })
  })

  test('what is said of a call that has ended is ignored: no slot is given back twice', () => {
    const bulkhead = new Bulkhead({ name: 'bank', maxConcurrent: 2, clock })
    const bank = policy('bank', { bulkhead, breaker: { minCalls: 2, failureRate: 0.5 }, clock })
    const first = entered(bank.tryEnter())
    entered(bank.tryEnter())
    first.succeed()
    for (let again = 0; again < 5; again++) first.fail(new SickError())
    first.abandon()
    assert.equal(bulkhead.active, 1)
    assert.equal(bank.breaker?.state.kind, 'closed')
    assert.equal(bank.counters.failed, 0)
  })

  test('whoever hears of what an ending brought about, and ends it again, ends it once', () => {
    const bulkhead = slots(2)
    const bank = policy('bank', { bulkhead, breaker: { minCalls: 1, failureRate: 1 }, clock })
    const entry = entered(bank.tryEnter())
    bank.breaker!.onTransition = () => entry.abandon()
    entry.fail(new SickError())
    assert.equal(bulkhead.used, 0)
  })

  test('each part that need not wait refuses in the order of a call, and is told why', () => {
    const refusals: readonly [PolicyOptions, string][] = [
      [{ rateLimit: new RateLimiter({ name: 'r', limit: 1, perMs: 1_000, clock }) }, 'ASHLAR_RATE_LIMITED'],
      [{ bulkhead: new Bulkhead({ name: 'b', maxConcurrent: 1, clock }) }, 'ASHLAR_BULKHEAD_FULL'],
    ]
    for (const [options, code] of refusals) {
      const bank = policy('bank', { ...options, breaker: {}, clock })
      entered(bank.tryEnter())
      assert.equal(refusedWith(bank.tryEnter()), code)
    }
    const open = policy('bank', { breaker: {}, clock })
    open.breaker?.isolate('by hand')
    assert.equal(refusedWith(open.tryEnter()), 'ASHLAR_BREAKER_OPEN')
    const random = { ...half, next: () => 0 }
    const shedding = policy('bank', { shed: { minCalls: 3 }, clock, random })
    for (let call = 0; call < 3; call++) entered(shedding.tryEnter()).fail(new SickError())
    assert.equal(refusedWith(shedding.tryEnter()), 'ASHLAR_LOAD_SHED')
  })

  test('a bulkhead with room in its queue is full for who will not wait, and its queue stays as it was', async () => {
    const bulkhead = new Bulkhead({ name: 'bank', maxConcurrent: 1, maxQueued: 10, clock })
    const bank = policy('bank', { bulkhead, clock })
    const entry = entered(bank.tryEnter())
    const waiting = bank.run(async () => 'served')
    assert.equal(refusedWith(bank.tryEnter()), 'ASHLAR_BULKHEAD_FULL')
    assert.deepEqual([bulkhead.queued, bulkhead.refused], [1, 1])
    entry.succeed()
    assert.equal(await waiting, 'served')
    assert.equal(bulkhead.active, 0)
  })

  test('an open circuit takes no slot', () => {
    const bulkhead = slots(1)
    const bank = policy('bank', { bulkhead, breaker: {}, clock })
    bank.breaker?.isolate('by hand')
    for (let call = 0; call < 3; call++) assert.equal(refusedWith(bank.tryEnter()), 'ASHLAR_BREAKER_OPEN')
    assert.equal(bulkhead.used, 0)
    assert.deepEqual([bank.counters.refused, bank.counters.failed], [3, 3])
  })

  test('failures open the circuit as those of `run` do; answers, refusals and abandoned calls do not', () => {
    const bank = policy('bank', { breaker: { minCalls: 4, failureRate: 0.5 }, clock })
    for (let call = 0; call < 10; call++) {
      entered(bank.tryEnter()).fail(new CancelledError())
      entered(bank.tryEnter()).abandon()
      entered(bank.tryEnter()).fail(Object.assign(new Error('no such account'), { retryable: false }))
    }
    assert.equal(bank.breaker?.state.kind, 'closed')
    for (let call = 0; call < 10; call++) entered(bank.tryEnter()).fail(new SickError())
    assert.equal(bank.breaker?.state.kind, 'open')
  })

  test('a probe that is abandoned leaves its place to the next one, and one that succeeds closes the circuit', async () => {
    const bank = policy('bank', {
      breaker: { minCalls: 1, failureRate: 1, openMs: 100, openJitter: 0, probes: 1 },
      clock,
    })
    entered(bank.tryEnter()).fail(new SickError())
    await clock.advance(100)
    {
      using probe = bank.tryEnter()
      assert.ok(probe.ok)
      assert.equal(refusedWith(bank.tryEnter()), 'ASHLAR_BREAKER_OPEN')
    }
    entered(bank.tryEnter()).succeed()
    assert.equal(bank.breaker?.state.kind, 'closed')
  })

  test('a caller that has left, or has too little time, is refused with the reason, and takes nothing', async () => {
    const rateLimit = new RateLimiter({ name: 'r', limit: 1, perMs: 60_000, clock })
    const bank = policy('bank', { rateLimit, minRemainingMs: 50, clock })
    assert.equal(refusedWith(bank.tryEnter({ signal: AbortSignal.abort(new CancelledError()) })), 'ASHLAR_CANCELLED')
    await runCall({ timeoutMs: 49, clock }, async () => {
      assert.equal(refusedWith(bank.tryEnter()), 'ASHLAR_DEADLINE_EXCEEDED')
    })
    entered(bank.tryEnter())
  })

  test('retry, hedge and fallback are no part of an entry: nothing is taken from their budget', () => {
    const bank = policy('bank', { retry: { idempotent: true }, fallback: () => 'later', breaker: {}, clock })
    bank.breaker?.isolate('by hand')
    assert.equal(refusedWith(bank.tryEnter()), 'ASHLAR_BREAKER_OPEN')
    assert.equal(bank.counters.retried, 0)
  })

  test('the rate is the key’s, and costs what is asked', () => {
    const rateLimit = new RateLimiter({ name: 'r', limit: 10, perMs: 1_000, clock })
    const bank = policy('bank', { rateLimit, clock })
    entered(bank.tryEnter({ key: 'ada', cost: 10 }))
    assert.equal(refusedWith(bank.tryEnter({ key: 'ada' })), 'ASHLAR_RATE_LIMITED')
    entered(bank.tryEnter({ key: 'eve' }))
  })

  test('a cost that could never be allowed is refused and not thrown, as `run` rejects it', async () => {
    const rateLimit = new RateLimiter({ name: 'r', limit: 10, perMs: 1_000, clock })
    const bank = policy('bank', { rateLimit, clock })
    const entry = bank.tryEnter({ cost: 11 })
    assert.ok(!entry.ok && entry.error instanceof RangeError)
    await assert.rejects(
      bank.run(async () => 'paid', { cost: Number.NaN }),
      /cost must be above 0 .* got NaN/,
    )
    assert.equal(bank.counters.refused, 2)
  })
})
