import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { currentCall, hasCode, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { isDegraded } from '../fallback/degraded.ts'
import { Dependency, half, isSick, sick, SickError, slots } from './policy.test.support.ts'
import { policy } from './policy.ts'

suite('a policy without parts', () => {
  test('runs the work once and hands on its result and its failure', async () => {
    const plain = policy('plain')
    assert.equal(await plain.run(async ({ attempt }) => attempt), 1)
    await assert.rejects(plain.run(sick), isSick)
    assert.deepEqual({ ...plain.counters }, { calls: 2, failed: 1, refused: 0, retried: 0, hedged: 0, timedOut: 0 })
  })

  test('work that throws before it returns a promise has failed like any other', async () => {
    await assert.rejects(
      policy('plain').run(() => {
        throw new SickError()
      }),
      isSick,
    )
  })

  test('whatever the work fails with reaches the caller as it is, be it nothing or a promise', async () => {
    const plain = policy('plain')
    for (const failure of [undefined, 'ill', Promise.resolve('well'), new SickError()]) {
      const result = await plain.tryRun(() => Promise.reject(failure))
      assert.ok(!result.ok && result.error === failure)
    }
  })

  test('a caller that has left is not served, and one that leaves is answered at once', async () => {
    const dependency = new Dependency()
    const caller = new AbortController()
    const running = policy('plain').run(dependency.work, { signal: caller.signal })
    assert.equal(dependency.calls[0]?.call.signal.aborted, false)
    caller.abort(new Error('closed the page'))
    await assert.rejects(running, /closed the page/)
    assert.equal(dependency.calls[0]?.call.signal.aborted, true)
    await assert.rejects(policy('plain').run(dependency.work, { signal: caller.signal }), /closed the page/)
    assert.equal(dependency.calls.length, 1)
  })

  test('the current call’s signal is the caller’s, and one signal serves any number of calls with one listener', async () => {
    const plain = policy('plain')
    await runCall({}, async ({ signal }) => {
      let listeners = 0
      const add = signal.addEventListener.bind(signal)
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners++
        add(...args)
      }
      await Promise.all(Array.from({ length: 1_000 }, () => plain.run(async () => {})))
      assert.equal(listeners, 1)
    })
  })

  test('work that asks for its signal after it was given up finds it aborted', async () => {
    const clock = new VirtualClock()
    const dependency = new Dependency()
    const running = policy('slow', { attemptTimeoutMs: 200, clock }).run(dependency.work)
    const refused = assert.rejects(running, (error) => hasCode(error, 'ASHLAR_ATTEMPT_TIMEOUT'))
    await clock.advance(250)
    await refused
    assert.ok(hasCode(dependency.calls[0]?.call.signal.reason, 'ASHLAR_ATTEMPT_TIMEOUT'))
  })
})

suite('an attempt timeout', () => {
  for (const attemptTimeoutMs of [20, 1_000]) {
    test(`of ${attemptTimeoutMs} ms never comes early, and at most a tick late`, async () => {
      const clock = new VirtualClock()
      const dependency = new Dependency()
      await clock.advance(3)
      let error: unknown
      policy('slow', { attemptTimeoutMs, clock })
        .run(dependency.work)
        .catch((reason: unknown) => (error = reason))
      await clock.advance(attemptTimeoutMs)
      assert.equal(error, undefined)
      await clock.advance(13)
      assert.ok(hasCode(error, 'ASHLAR_ATTEMPT_TIMEOUT'))
      assert.equal((error as unknown as { timeoutMs: number }).timeoutMs, attemptTimeoutMs)
    })
  }

  test('that is not needed leaves no timer behind', async () => {
    const clock = new VirtualClock()
    const quick = policy('quick', { attemptTimeoutMs: 1_000, clock })
    await Promise.all(Array.from({ length: 100 }, () => quick.run(async () => {})))
    await clock.advance(3_000)
    assert.equal(clock.armed, 0)
  })

  test('does not end what came late: its result is dropped', async () => {
    const clock = new VirtualClock()
    const dependency = new Dependency()
    const running = policy('slow', { attemptTimeoutMs: 50, clock }).run(dependency.work)
    const refused = assert.rejects(running, (error) => hasCode(error, 'ASHLAR_ATTEMPT_TIMEOUT'))
    await clock.advance(100)
    dependency.calls[0]?.answer('too late')
    await refused
  })
})

suite('a breaker in a policy', () => {
  const breaker = {
    window: { kind: 'count', calls: 2 },
    minCalls: 2,
    failureRate: 1,
    openMs: 1_000,
    openJitter: 0,
  } as const

  test('its refusal is not tried again, and says when to come back', async () => {
    const clock = new VirtualClock()
    let calls = 0
    const guarded = policy('guarded', { breaker, retry: { idempotent: true, maxAttempts: 5, baseDelayMs: 1 }, clock })
    const work = (): Promise<never> => {
      calls++
      return sick()
    }
    const failed = assert.rejects(guarded.run(work), (error) => hasCode(error, 'ASHLAR_BREAKER_OPEN'))
    await clock.advance(100)
    await failed
    assert.equal(calls, 2)
    await assert.rejects(guarded.run(work), (error) => (error as { retryAfterMs: number }).retryAfterMs > 800)
  })

  test('refusals by the policy’s own limits do not count against the dependency', async () => {
    const clock = new VirtualClock()
    const dependency = new Dependency()
    const guarded = policy('guarded', { breaker, bulkhead: slots(1), clock })
    const first = guarded.run(dependency.work)
    for (let call = 0; call < 10; call++) await assert.rejects(guarded.run(dependency.work), /full/)
    dependency.calls[0]?.answer('well')
    assert.equal(await first, 'well')
    assert.equal(guarded.breaker?.state.kind, 'closed')
  })

  test('a caller that leaves says nothing about the dependency', async () => {
    const clock = new VirtualClock()
    const guarded = policy('guarded', { breaker, clock })
    for (let call = 0; call < 5; call++) {
      const caller = new AbortController()
      const left = assert.rejects(guarded.run(() => new Promise(() => {}), { signal: caller.signal }))
      caller.abort()
      await left
    }
    assert.equal(guarded.breaker?.state.kind, 'closed')
  })

  test('a dependency that hangs until the deadline counts, without any attempt timeout', async () => {
    const clock = new VirtualClock()
    const guarded = policy('guarded', { breaker, deadlineMs: 100, clock })
    for (let call = 0; call < 2; call++) {
      const failed = assert.rejects(guarded.run(() => new Promise(() => {})))
      await clock.advance(120)
      await failed
    }
    assert.equal(guarded.counters.failed, 2)
    assert.equal(guarded.breaker?.state.kind, 'open')
  })

  test('attempts that time out count', async () => {
    const clock = new VirtualClock()
    const guarded = policy('guarded', { breaker, attemptTimeoutMs: 100, clock })
    for (let call = 0; call < 2; call++) {
      const failed = assert.rejects(guarded.run(() => new Promise(() => {})))
      await clock.advance(120)
      await failed
    }
    assert.equal(guarded.breaker?.state.kind, 'open')
  })
})

suite('slots', () => {
  test('a work that was given up keeps its slot until it ends', async () => {
    const clock = new VirtualClock()
    const bulkhead = slots(2)
    const dependency = new Dependency()
    const bounded = policy('bounded', { bulkhead, attemptTimeoutMs: 100, clock })
    const failed = assert.rejects(bounded.run(dependency.work))
    await clock.advance(120)
    await failed
    assert.equal(bulkhead.used, 1)
    dependency.calls[0]?.answer('at last')
    await clock.advance(0)
    assert.equal(bulkhead.used, 0)
  })

  test('one call takes one slot however often it is tried, and gives it back once', async () => {
    const clock = new VirtualClock()
    const bulkhead = slots(1)
    const bounded = policy('bounded', { bulkhead, retry: { idempotent: true, baseDelayMs: 10 }, clock, random: half })
    const failed = assert.rejects(bounded.run(sick), isSick)
    await clock.advance(5)
    assert.equal(bulkhead.used, 1)
    await clock.advance(1_000)
    await failed
    assert.equal(bulkhead.used, 0)
  })

  test('a caller that leaves between attempts gives the slot back', async () => {
    const clock = new VirtualClock()
    const bulkhead = slots(1)
    const caller = new AbortController()
    const bounded = policy('bounded', {
      bulkhead,
      retry: { idempotent: true, baseDelayMs: 1_000 },
      clock,
      random: half,
    })
    const left = assert.rejects(bounded.run(sick, { signal: caller.signal }))
    await clock.advance(5)
    caller.abort()
    await left
    assert.equal(bulkhead.used, 0)
  })
})

suite('deadline and fallback', () => {
  test('the deadline holds over all attempts, and what runs below sees it', async () => {
    const clock = new VirtualClock()
    const seen: (number | undefined)[] = []
    const timed = policy('timed', {
      deadlineMs: 500,
      retry: { idempotent: true, maxAttempts: 100, baseDelayMs: 100 },
      clock,
      random: half,
    })
    const failed = assert.rejects(
      timed.run(() => {
        seen.push(currentCall()?.deadlineMs)
        return sick()
      }),
    )
    await clock.advance(600)
    await failed
    assert.ok(seen.length > 1 && seen.length < 10)
    assert.ok(seen.every((deadlineMs) => deadlineMs === 500))
  })

  test('work is not begun with too little time left', async () => {
    const clock = new VirtualClock()
    const timed = policy('timed', { minRemainingMs: 100, clock })
    let calls = 0
    const late = runCall({ timeoutMs: 50, clock }, () => timed.run(async () => calls++))
    await assert.rejects(late, (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
    assert.equal(calls, 0)
  })

  test('the fallback’s answer is marked, and keeps why it was needed', async () => {
    const softened = policy('softened', { fallback: () => ['best seller'] })
    const answer = await softened.run(sick)
    assert.ok(isDegraded(answer))
    assert.deepEqual(answer.value, ['best seller'])
    assert.ok(isSick(answer.error))
    assert.equal(isDegraded(await softened.run(async () => ['for you'])), false)
  })

  test('a real answer that says of itself that it is degraded is none of a fallback', async () => {
    const modest = policy('modest', { fallback: () => 'second best' })
    const answer = await modest.run(async () => ({ degraded: true, products: ['a'] }))
    assert.ok(!isDegraded(answer))
    assert.deepEqual(answer.products, ['a'])
  })

  test('a fallback that fails does not hide the first error', async () => {
    const hopeless = policy('hopeless', { fallback: () => Promise.reject(new Error('best sellers are gone as well')) })
    await assert.rejects(hopeless.run(sick), isSick)
  })

  test('tryRun tells instead of throwing', async () => {
    const plain = policy('plain')
    assert.deepEqual(await plain.tryRun(async () => 1), { ok: true, value: 1 })
    const failed = await plain.tryRun(sick)
    assert.ok(!failed.ok && isSick(failed.error))
  })
})

suite('options', () => {
  test('what makes no sense is refused when the policy is made, by name and value', () => {
    assert.throws(() => policy(''), /name is required/)
    assert.throws(() => policy('p', { deadlineMs: -1 }), /deadlineMs must be above 0 and at most 3600000, got -1/)
    assert.throws(() => policy('p', { attemptTimeoutMs: Number.NaN }), /attemptTimeoutMs .* got NaN/)
    assert.throws(
      () => policy('p', { deadlineMs: 100, minRemainingMs: 200 }),
      /minRemainingMs must be 0 to deadlineMs, got 200/,
    )
    assert.throws(() => policy('p', { retry: { idempotent: true, maxAttempts: 0 } }), /maxAttempts .* got 0/)
    assert.throws(
      () => policy('p', { retry: { idempotent: 'yes' as never } }),
      /idempotent must be true or false, got yes/,
    )
    assert.throws(
      () => policy('p', { breaker: { failureRate: 1.5 } }),
      /failureRate must be above 0 and at most 1, got 1.5/,
    )
  })

  test('an update keeps what the breaker remembers, and a refused one changes nothing', async () => {
    const clock = new VirtualClock()
    const options = { breaker: { window: { kind: 'count', calls: 4 }, minCalls: 4, failureRate: 1 } as const, clock }
    const guarded = policy('guarded', options)
    for (let call = 0; call < 3; call++) await assert.rejects(guarded.run(sick))
    assert.throws(() => guarded.update({ breaker: { failureRate: 2 } }), RangeError)
    guarded.update({ breaker: { failureRate: 0.5 }, attemptTimeoutMs: 100 })
    await guarded.run(async () => 'well')
    assert.equal(guarded.breaker?.state.kind, 'open')
  })

  test('an update keeps the retry budget and what earlier updates have changed', async () => {
    const clock = new VirtualClock()
    const retry = { idempotent: true, maxAttempts: 2, baseDelayMs: 1, budget: { ratio: 0, minPerSecond: 1 } }
    const flaky = policy('flaky', { retry, clock, random: half })
    const spent = assert.rejects(flaky.run(sick))
    await clock.advance(10)
    await spent
    flaky.update({ retry: { maxAttempts: 5 } })
    flaky.update({ retry: { maxDelayMs: 500 } })
    await assert.rejects(flaky.run(sick))
    assert.equal(flaky.counters.retried, 1, 'the budget is as spent as before')
    await clock.advance(60_000)
    flaky.update({ retry: { budget: { ratio: 1, minPerSecond: 10 } } })
    const patient = assert.rejects(flaky.run(sick))
    await clock.advance(5_000)
    await patient
    assert.equal(flaky.counters.retried, 5, 'five attempts, as the first update said')
  })

  test('an update of a part that is not there is refused', () => {
    assert.throws(() => policy('plain').update({ retry: { maxAttempts: 2 } }), /"plain" has no retry/)
    assert.throws(() => policy('plain').update({ breaker: { probes: 2 } }), /"plain" has no breaker/)
    assert.throws(() => policy('plain').update({ attemptTimeoutMs: 0 }), /attemptTimeoutMs .* got 0/)
  })

  test('rules of its owner that throw neither keep the caller waiting nor keep its slot', async () => {
    const clock = new VirtualClock()
    const broken = (): never => {
      throw new TypeError('cannot read it')
    }
    const bulkhead = slots(1)
    const retry = { idempotent: true, isRetryable: broken }
    const guarded = policy('guarded', { bulkhead, retry, breaker: { isFailure: broken }, clock })
    await assert.rejects(guarded.run(sick), isSick)
    assert.equal(bulkhead.used, 0)
    assert.equal(guarded.snapshot().breaker?.window.failures, 1)
  })

  test('a snapshot that something has spoilt changes nothing; one of an older version may lack a counter', async () => {
    const before = policy('guarded', { breaker: {} })
    const { counters, breaker } = before.snapshot()
    const spoilt = {
      name: 'guarded',
      counters: { ...counters, calls: null },
      breaker: { ...breaker, kind: 'isolated' },
    }
    assert.throws(() => before.restore(spoilt as never), /counters.calls cannot be null/)
    assert.equal(before.breaker?.state.kind, 'closed')
    const ajar = { name: 'guarded', counters: { ...counters, calls: 7 }, breaker: { ...breaker, kind: 'ajar' } }
    assert.throws(() => before.restore(ajar as never), /kind cannot be "ajar"/)
    assert.equal(before.counters.calls, 0)
    before.restore({ name: 'guarded', counters: { calls: 7 } } as never)
    assert.deepEqual({ ...before.counters }, { ...counters, calls: 7 })
  })

  test('a snapshot carries the state over a restart', async () => {
    const clock = new VirtualClock()
    const options = { breaker: { openMs: 1_000, openJitter: 0 }, clock }
    const before = policy('guarded', options)
    before.breaker?.isolate('deploy')
    const kept: unknown = JSON.parse(JSON.stringify(before.snapshot()))
    const after = policy('guarded', options)
    after.restore(kept as ReturnType<typeof before.snapshot>)
    assert.deepEqual(after.breaker?.state, { kind: 'isolated', reason: 'deploy' })
  })
})
