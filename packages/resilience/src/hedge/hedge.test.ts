import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AshlarError, hasCode, runCall, type PolicyCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { Bulkhead } from '../bulkhead/index.ts'
import { policy, type PolicyOptions, type ResiliencePolicy } from '../policy/index.ts'
import { RetryBudget } from '../retry/budget.ts'
import { hedged, type Hedged } from './events.ts'
import { hedging } from './hedging.ts'

class SickError extends AshlarError {
  readonly code = 'TEST_SICK' as const
  readonly retryable = true
}

/** Works that end when told to. */
class Dependency {
  readonly attempts: { readonly call: PolicyCall; answer(value: string): void; fail(error: unknown): void }[] = []
  readonly work = (call: PolicyCall): Promise<string> =>
    new Promise((answer, fail) => void this.attempts.push({ call, answer, fail }))
}

interface Scene {
  readonly clock: VirtualClock
  readonly dependency: Dependency
  readonly hedge: ResiliencePolicy
}

function hedgeOf(hedge: Partial<NonNullable<PolicyOptions['hedge']>> = {}, others: PolicyOptions = {}): Scene {
  const clock = new VirtualClock()
  const fixed = hedge.quantile === undefined ? { afterMs: 50 } : {}
  const options = { hedge: { idempotent: true, ...fixed, ...hedge }, clock, ...others } as const
  return { clock, dependency: new Dependency(), hedge: policy('search', options) }
}

suite('a hedge', () => {
  test('makes a second attempt beside one that is slow; the first to succeed answers and the other is told to stop', async () => {
    const { clock, dependency, hedge } = hedgeOf()
    const running = hedge.run(dependency.work)
    await clock.advance(48)
    assert.equal(dependency.attempts.length, 1)
    await clock.advance(4)
    const [first, second] = dependency.attempts
    assert.equal(second?.call.attempt, 2)
    second?.answer('the second')
    assert.equal(await running, 'the second')
    assert.ok(hasCode(first?.call.signal.reason, 'ASHLAR_CANCELLED'))
    assert.equal(second?.call.signal.aborted, false)
    first?.answer('too late')
    await clock.advance(1_000)
    assert.equal(dependency.attempts.length, 2)
    assert.deepEqual({ ...hedge.counters }, { calls: 1, failed: 0, refused: 0, retried: 0, hedged: 1, timedOut: 0 })
  })

  test('an answer in time needs no second attempt, and leaves no timer', async () => {
    const { clock, dependency, hedge } = hedgeOf()
    const running = hedge.run(dependency.work)
    await clock.advance(10)
    dependency.attempts[0]?.answer('quick')
    assert.equal(await running, 'quick')
    await clock.advance(3_000)
    assert.equal(dependency.attempts.length, 1)
    assert.equal(clock.armed, 0)
  })

  test('a failure waits for the attempts beside it', async () => {
    const { clock, dependency, hedge } = hedgeOf()
    const running = hedge.run(dependency.work)
    await clock.advance(60)
    dependency.attempts[0]?.fail(new SickError('first'))
    await clock.advance(10)
    dependency.attempts[1]?.answer('well')
    assert.equal(await running, 'well')
  })

  test('when all have failed, the first failure is told', async () => {
    const { clock, dependency, hedge } = hedgeOf({ maxAttempts: 3 })
    const failed = assert.rejects(hedge.run(dependency.work), /the one of the second/)
    await clock.advance(120)
    assert.equal(dependency.attempts.length, 3)
    dependency.attempts[1]?.fail(new SickError('the one of the second'))
    dependency.attempts[2]?.fail(new SickError('the one of the third'))
    await clock.advance(0)
    dependency.attempts[0]?.fail(new SickError('the one of the first'))
    await failed
    assert.equal(hedge.counters.failed, 1)
  })

  test('what fails alone has failed: hedging is against slowness', async () => {
    const { clock, dependency, hedge } = hedgeOf()
    const failed = assert.rejects(hedge.run(dependency.work), /ill/)
    dependency.attempts[0]?.fail(new SickError('ill'))
    await failed
    await clock.advance(1_000)
    assert.equal(dependency.attempts.length, 1)
  })

  test('a caller that leaves stops all attempts', async () => {
    const { clock, dependency, hedge } = hedgeOf()
    const caller = new AbortController()
    const left = assert.rejects(hedge.run(dependency.work, { signal: caller.signal }), /gone/)
    await clock.advance(60)
    caller.abort(new Error('gone'))
    await left
    assert.ok(dependency.attempts.every(({ call }) => call.signal.aborted))
    await clock.advance(1_000)
    assert.equal(dependency.attempts.length, 2)
  })

  test('an attempt that times out leaves the others time of their own', async () => {
    const { clock, dependency, hedge } = hedgeOf({}, { attemptTimeoutMs: 80 })
    const running = hedge.run(dependency.work)
    await clock.advance(100)
    assert.ok(hasCode(dependency.attempts[0]?.call.signal.reason, 'ASHLAR_ATTEMPT_TIMEOUT'))
    dependency.attempts[1]?.answer('in its own time')
    assert.equal(await running, 'in its own time')
  })

  test('takes no more than the budget allows, which is shared with retries', async () => {
    const clock = new VirtualClock()
    const budget = new RetryBudget({ ratio: 0.1, minPerSecond: 0, clock })
    const dependency = new Dependency()
    const one = policy('one', { hedge: { idempotent: true, afterMs: 50, budget }, clock })
    const retrying = policy('other', { retry: { idempotent: true, budget, maxAttempts: 9, baseDelayMs: 1 }, clock })
    for (let call = 0; call < 50; call++) void one.run(dependency.work)
    await Promise.all(Array.from({ length: 50 }, () => retrying.run(async () => {})))
    await clock.advance(60)
    assert.equal(dependency.attempts.length, 60)
    await assert.rejects(retrying.run(() => Promise.reject(new SickError())))
    assert.equal(retrying.counters.retried, 0)
  })

  test('is part of the caller’s call, marked; where the caller repeats already, nothing is hedged', async () => {
    const { clock, dependency, hedge } = hedgeOf()
    const running = runCall({ attempt: 2, clock }, () => hedge.run(dependency.work))
    await clock.advance(1_000)
    assert.equal(dependency.attempts.length, 1)
    dependency.attempts[0]?.answer('slow')
    assert.equal(await running, 'slow')
  })

  test('is told of on its channel', async () => {
    const seen: Hedged[] = []
    using _ = hedged.subscribe((event) => void seen.push(event))
    const { clock, dependency, hedge } = hedgeOf()
    void hedge.run(dependency.work)
    await clock.advance(60)
    assert.deepEqual([...seen], [{ policy: 'search', attempt: 2, afterMs: 50 }])
  })

  test('works as a policy by itself', async () => {
    const clock = new VirtualClock()
    const dependency = new Dependency()
    const running = hedging({ idempotent: true, afterMs: 10, clock })(dependency.work)
    await clock.advance(20)
    dependency.attempts[1]?.answer('alone')
    assert.equal(await running, 'alone')
  })
})

suite('what a hedge takes up', () => {
  test('one slot, however many attempts, until the last of them has ended', async () => {
    const clock = new VirtualClock()
    const bulkhead = new Bulkhead({ name: 'search', maxConcurrent: 1, clock })
    const { dependency, hedge } = hedgeOf({}, { bulkhead, clock })
    const running = hedge.run(dependency.work)
    await clock.advance(60)
    dependency.attempts[1]?.answer('well')
    await running
    assert.equal(bulkhead.active, 1, 'the first attempt runs still')
    dependency.attempts[0]?.fail(new Error('stopped'))
    await clock.advance(0)
    assert.equal(bulkhead.active, 0)
  })

  const breaker = { window: { kind: 'count', calls: 2 }, minCalls: 2, failureRate: 1, openMs: 1_000 } as const

  test('attempts that lost say nothing to the breaker', async () => {
    const { clock, dependency, hedge } = hedgeOf({}, { breaker })
    for (let call = 0; call < 4; call++) {
      const running = hedge.run(dependency.work)
      await clock.advance(60)
      const [first, second] = dependency.attempts.splice(0)
      second?.answer('well')
      await running
      first?.fail(new Error('stopped'))
      await clock.advance(0)
    }
    assert.equal(hedge.breaker?.state.kind, 'closed')
    assert.deepEqual(hedge.breaker?.snapshot().window, { calls: 2, failures: 0, slow: 0 })
  })

  test('attempts that failed count, each of them', async () => {
    const { clock, dependency, hedge } = hedgeOf({}, { breaker })
    const failed = assert.rejects(hedge.run(dependency.work))
    await clock.advance(60)
    for (const attempt of dependency.attempts) attempt.fail(new SickError())
    await failed
    assert.equal(hedge.breaker?.state.kind, 'open')
  })

  test('a probe is not hedged, and a circuit that opens meanwhile does not end what is under way', async () => {
    const clock = new VirtualClock()
    const { dependency, hedge } = hedgeOf({}, { breaker: { ...breaker, openJitter: 0, probes: 2 }, clock })
    const running = hedge.run(dependency.work)
    hedge.breaker?.isolate('maintenance')
    await clock.advance(100)
    assert.equal(dependency.attempts.length, 1)
    dependency.attempts[0]?.answer('well')
    assert.equal(await running, 'well')
    assert.equal(hedge.counters.hedged, 0)
  })
})

suite('a delay by quantile', () => {
  const quick = { quantile: 0.85, minSamples: 20 } as const

  /** So many calls, of which one in ten is slow. */
  async function learn({ clock, dependency, hedge }: Scene, calls: number): Promise<void> {
    for (let call = 0; call < calls; call++) {
      const running = hedge.run(dependency.work)
      await clock.advance(call % 10 === 0 ? 500 : 20)
      for (const attempt of dependency.attempts.splice(0)) attempt.answer('well')
      await running
    }
  }

  test('hedges nothing before it knows, then about the calls that are slower than the others', async () => {
    const scene = hedgeOf({ ...quick, budget: { ratio: 1 } })
    await learn(scene, 20)
    assert.equal(scene.hedge.counters.hedged, 0)
    await learn(scene, 400)
    assert.equal(scene.hedge.counters.hedged, 40)
  })

  test('does not creep down because hedges answer soon: a call that was saved counts as slow as it was', async () => {
    const scene = hedgeOf({ ...quick, budget: { ratio: 1 } })
    const { clock, dependency, hedge } = scene
    await learn(scene, 50)
    for (let call = 0; call < 2_000; call++) {
      const running = hedge.run(dependency.work)
      // The first attempt takes anything up to 100 ms; a second one answers at once.
      await clock.advance(call % 100)
      if (dependency.attempts.length > 1) dependency.attempts[1]?.answer('saved')
      else dependency.attempts[0]?.answer('well')
      await running
      dependency.attempts.length = 0
    }
    const before = hedge.counters.hedged
    for (let call = 0; call < 500; call++) {
      const running = hedge.run(dependency.work)
      await clock.advance(call % 100)
      for (const attempt of dependency.attempts.splice(0)) attempt.answer('well')
      await running
    }
    const share = (hedge.counters.hedged - before) / 500
    assert.ok(share > 0.1 && share < 0.2, `${share} of the calls were hedged`)
  })
})

test('options that make no sense are refused by name and value', () => {
  assert.throws(() => hedgeOf({ idempotent: false as never }), /idempotent must be true, got false/)
  assert.throws(() => hedgeOf({ afterMs: 0 }), /afterMs must be .* got 0/)
  assert.throws(() => hedgeOf({ afterMs: 50, quantile: 0.9 }), /afterMs and quantile exclude each other/)
  assert.throws(() => hedgeOf({ quantile: 95 }), /quantile must be 0.5 to 0.999, got 95/)
  assert.throws(() => hedgeOf({ maxAttempts: 1 }), /maxAttempts must be 2 to 10, got 1/)
  assert.throws(() => hedgeOf({ maxAttempts: 2.5 }), /maxAttempts must be a whole number, got 2.5/)
  assert.throws(() => hedgeOf({ minDelayMs: 20, maxDelayMs: 10 }), /maxDelayMs must be 20 to 3600000, got 10/)
  assert.throws(() => hedgeOf({ minSamples: 0 }), /minSamples must be 1 to 100000, got 0/)
  assert.throws(() => hedgeOf({ budget: { ratio: 2 } }), /ratio must be 0 to 1, got 2/)
  assert.throws(
    () => policy('p', { hedge: { idempotent: true }, retry: { idempotent: true } }),
    /retry and hedge exclude each other/,
  )
})
