import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AshlarError, hasCode, sleep, systemClock } from '@ashlar/kernel'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import { Bulkhead, bulkheadRefusal } from '../bulkhead/index.ts'
import { BreakerCore, breakerTransition, CircuitBreaker, consecutive } from '../circuit-breaker/index.ts'
import { breakerSettings } from '../circuit-breaker/options.ts'
import { RateLimiter } from '../rate-limit/index.ts'
import { retry } from '../retry/index.ts'
import { attemptTimedOut } from '../timeout/index.ts'
import { policy } from './policy.ts'

// Mistakes that others have made and that no test of the part in question names yet: each title says what must not be.

class SickError extends AshlarError {
  readonly code = 'TEST_SICK' as const
  readonly retryable = true
}

const sick = (): Promise<never> => Promise.reject(new SickError('ill'))
const opensAtTwo = { ...consecutive(2), openMs: 1_000, openJitter: 0, probes: 1 } as const

/** Milliseconds of a thousand failures on top of a full window. */
function failingMs(calls: number): number {
  const window = { kind: 'count', calls } as const
  const core = new BreakerCore(breakerSettings({ name: 'p', window, minCalls: calls, failureRate: 1 }))
  for (let call = 0; call < calls; call++) core.success(core.epoch, false, 0)
  const startMs = systemClock.now()
  for (let call = 0; call < 1_000; call++) {
    core.failure(core.epoch, false, 0)
    core.success(core.epoch, false, 0)
  }
  return systemClock.now() - startMs
}

suite('a breaker', () => {
  test('does not become slow when calls fail: a failure costs the same however long the window is', () => {
    const runs = Array.from({ length: 9 }, () => [failingMs(10), failingMs(10_000)] as const)
    const least = (which: 0 | 1): number => Math.min(...runs.map((run) => run[which]))
    assert.ok(least(1) < 20 * least(0), `${least(1)} ms for the long window, ${least(0)} ms for the short one`)
  })

  test('does not stay open longer because calls from before fail late', async () => {
    const clock = new VirtualClock()
    const breaker = new CircuitBreaker({ name: 'bank', ...opensAtTwo, clock })
    const late = Promise.withResolvers<never>()
    const old = Array.from({ length: 10 }, () => assert.rejects(breaker.run(() => late.promise)))
    for (let call = 0; call < 2; call++) await assert.rejects(breaker.run(sick))
    await clock.advance(900)
    late.reject(new SickError('late'))
    await Promise.all(old)
    await clock.advance(100)
    assert.equal(await breaker.run(async () => 'paid'), 'paid')
  })

  test('does not change its state once for each of the callers who find that its time is up', async () => {
    const clock = new VirtualClock()
    const breaker = new CircuitBreaker({ name: 'bank', ...opensAtTwo, clock })
    for (let call = 0; call < 2; call++) await assert.rejects(breaker.run(sick))
    await clock.advance(999.9)
    const seen: string[] = []
    using _ = breakerTransition.subscribe(({ to }) => void seen.push(to))
    const timerIsLate = clock.advance(0.1)
    const callers = Array.from({ length: 1_000 }, () => breaker.tryRun(async () => clock.now()))
    await timerIsLate
    assert.equal((await Promise.all(callers)).filter(({ ok }) => ok).length, 0)
    const [probe] = await Promise.all(Array.from({ length: 1_000 }, () => breaker.tryRun(async () => 'paid')))
    assert.ok(probe?.ok)
    assert.deepEqual(seen, ['half-open', 'closed'])
  })

  test('is not made anew for each call, with nothing to remember: policies keep theirs, and may share one', async () => {
    const clock = new VirtualClock()
    const breaker = new CircuitBreaker({ name: 'bank', ...opensAtTwo, clock })
    const [pay, refund] = [policy('pay', { breaker, clock }), policy('refund', { breaker, clock })]
    await assert.rejects(pay.run(sick), /ill/)
    await assert.rejects(refund.run(sick), /ill/)
    await assert.rejects(pay.run(sick), (error) => hasCode(error, 'ASHLAR_BREAKER_OPEN'))
  })
})

suite('a timeout', () => {
  test('is not what a caller that left is told, nor counted or reported', async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const bank = policy('bank', { attemptTimeoutMs: 1_000, clock })
    let reported = 0
    using _ = attemptTimedOut.subscribe(() => void reported++)
    const left = assert.rejects(
      bank.run(() => new Promise(() => {}), { signal: caller.signal }),
      /closed the page/,
    )
    await clock.advance(500)
    caller.abort(new Error('closed the page'))
    await left
    await clock.advance(2_000)
    assert.equal(bank.counters.timedOut, 0)
    assert.equal(reported, 0)
  })

  test('does not begin when the answer does: connecting counts', async () => {
    const clock = new VirtualClock()
    const bank = policy('bank', { attemptTimeoutMs: 100, clock })
    const download = async (): Promise<string> => {
      await sleep(clock, 80)
      await sleep(clock, 80)
      return 'body'
    }
    const tooSlow = assert.rejects(bank.run(download), (error) => hasCode(error, 'ASHLAR_ATTEMPT_TIMEOUT'))
    await clock.advance(120)
    await tooSlow
    await clock.advance(100)
  })
})

suite('retrying', () => {
  test('does not go on for ever, nor without a pause, where no numbers are given', async () => {
    const clock = new VirtualClock()
    const times: number[] = []
    const middle = { next: () => 0.5, fill: (bytes: Uint8Array) => bytes }
    const flaky = policy('flaky', { retry: { idempotent: true }, clock, random: middle })
    const failed = assert.rejects(
      flaky.run(() => {
        times.push(clock.now())
        return sick()
      }),
    )
    await clock.advance(60_000)
    await failed
    assert.deepEqual(
      times.map((time) => Math.round(time / 10) * 10),
      [0, 50, 150],
    )
  })

  test('does not come in waves: the first retry of a thousand callers is spread over the whole first delay', async () => {
    const clock = new VirtualClock()
    const tenths = new Set<number>()
    const options = { idempotent: true, maxAttempts: 2, baseDelayMs: 1_000, clock, random: seededRandom(1) } as const
    const budget = { ratio: 1, minPerSecond: 1_000 }
    const flaky = policy('flaky', { retry: { ...options, budget }, clock, random: seededRandom(1) })
    const callers = Array.from({ length: 1_000 }, () =>
      assert.rejects(
        flaky.run(({ attempt }) => {
          if (attempt === 2) tenths.add(Math.floor(clock.now() / 100))
          return sick()
        }),
      ),
    )
    await clock.advance(1_100)
    await Promise.all(callers)
    assert.ok(tenths.size >= 10, `${tenths.size} tenths of a second`)
  })

  test('does not let jitter add up: no pause is longer than its bound, and none than the longest', async () => {
    const clock = new VirtualClock()
    const highest = { next: () => 1 - Number.EPSILON, fill: (bytes: Uint8Array) => bytes }
    const times: number[] = []
    const work = (): Promise<never> => {
      times.push(clock.now())
      return sick()
    }
    const options = { idempotent: true, maxAttempts: 7, baseDelayMs: 100, maxDelayMs: 1_000, random: highest } as const
    const failed = assert.rejects(retry(work, { ...options, clock }))
    await clock.advance(60_000)
    await failed
    const pauses = times.slice(1).map((time, nth) => Math.round((time - times[nth]!) / 100) * 100)
    assert.deepEqual(pauses, [100, 200, 400, 800, 1_000, 1_000])
  })
})

suite('limits', () => {
  test('a bulkhead does not refuse in silence', async () => {
    const refusals: string[] = []
    using _ = bulkheadRefusal.subscribe(({ bulkhead }) => void refusals.push(bulkhead))
    const bulkhead = new Bulkhead({ name: 'bank', maxConcurrent: 1, clock: new VirtualClock() })
    const bank = policy('bank', { bulkhead })
    void bank.run(() => new Promise(() => {}))
    await assert.rejects(bank.run(async () => {}))
    assert.deepEqual(refusals, ['bank'])
    assert.equal(bank.counters.refused, 1)
  })

  test('a rate limiter does not save up while it is idle, nor begin with twice its burst, nor keep a timer', async () => {
    const clock = new VirtualClock()
    const limiter = new RateLimiter({ name: 'login', limit: 10, perMs: 1_000, clock })
    const admitted = (): number =>
      Array.from({ length: 100 }, () => limiter.take('ann')).filter((wait) => wait === 0).length
    assert.equal(admitted(), 10)
    await clock.advance(3_600_000)
    assert.equal(admitted(), 10)
    // The ticker, which is one for all keys and all limiters, ends two seconds after it was needed last.
    await clock.advance(2_500)
    assert.equal(clock.armed, 0)
  })

  test('what was admitted from the queue is not begun for a caller that left in the same moment', async () => {
    const clock = new VirtualClock()
    const bulkhead = new Bulkhead({ name: 'bank', maxConcurrent: 1, maxQueued: 1, clock })
    const bank = policy('bank', { bulkhead, clock })
    const first = Promise.withResolvers<void>()
    const caller = new AbortController()
    let begun = 0
    const running = bank.run(() => first.promise)
    const queued = assert.rejects(
      bank.run(async () => begun++, { signal: caller.signal }),
      /gone/,
    )
    bulkhead.resize(2)
    caller.abort(new Error('gone'))
    await queued
    assert.equal(begun, 0)
    assert.equal(bulkhead.active, 1)
    first.resolve()
    await running
  })
})
