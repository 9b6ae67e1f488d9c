import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CancelledError, runCall } from '@ashlar/kernel'
import { SuspendedClock, breakerOf, fail, held, isOpen, open, succeed } from './breaker.test.support.ts'
import { breakerRefusal, type BreakerRefusal } from './events.ts'
import { consecutive, type BreakerOptions } from './options.ts'

suite('a closed circuit', () => {
  test('hands on results and failures, and opens after the stated failures in a row', async () => {
    const { breaker } = breakerOf(consecutive(3))
    for (const work of [fail, fail, succeed, fail, fail]) await breaker.run<unknown>(work).catch(() => {})
    assert.equal(breaker.state.kind, 'closed')
    await assert.rejects(breaker.run(fail), /ill/)
    assert.equal(breaker.state.kind, 'open')
  })

  test('opens at a share of failures, which successes in between do not hide', async () => {
    const { breaker } = breakerOf({ window: { kind: 'count', calls: 10 }, minCalls: 10, failureRate: 0.5 })
    for (let call = 0; call < 10; call++) await breaker.run<unknown>(call % 2 === 0 ? fail : succeed).catch(() => {})
    assert.equal(breaker.state.kind, 'open')
  })

  test('does not open before it has seen enough calls, and then also upon a success', async () => {
    const { breaker } = breakerOf({ window: { kind: 'time', durationMs: 10_000 }, minCalls: 20, failureRate: 0.5 })
    for (let call = 0; call < 19; call++) await assert.rejects(breaker.run(fail))
    assert.equal(breaker.state.kind, 'closed')
    await breaker.run(succeed)
    assert.equal(breaker.state.kind, 'open')
  })

  test('forgets failures that are older than the window', async () => {
    const { clock, breaker } = breakerOf({ window: { kind: 'time', durationMs: 1_000 }, minCalls: 4, failureRate: 0.5 })
    for (let call = 0; call < 3; call++) await assert.rejects(breaker.run(fail))
    await clock.advance(1_200)
    for (let call = 0; call < 3; call++) await assert.rejects(breaker.run(fail))
    assert.equal(breaker.state.kind, 'closed')
  })

  test('opens when too many calls are slow, though they succeed', async () => {
    const slowCall = { overMs: 100, rate: 0.5 }
    const { clock, breaker } = breakerOf({ window: { kind: 'count', calls: 4 }, minCalls: 4, failureRate: 1, slowCall })
    for (let call = 0; call < 4; call++) {
      const one = held()
      const running = breaker.run(one.work)
      await clock.advance(call < 2 ? 200 : 10)
      one.answer()
      await running
    }
    assert.equal(breaker.state.kind, 'open')
  })

  test('a call is slow when it took longer than stated, and only while somebody asks', async () => {
    const slowCall = { overMs: 100, rate: 1 }
    const options = { window: { kind: 'count', calls: 2 }, minCalls: 2 } as const
    const took = async ({ clock, breaker }: ReturnType<typeof breakerOf>, tookMs: number): Promise<void> => {
      const one = held()
      const running = breaker.run(one.work)
      await clock.advance(tookMs)
      one.answer()
      await running
    }
    const asked = breakerOf({ ...options, slowCall })
    for (const tookMs of [100, 101]) await took(asked, tookMs)
    assert.equal(asked.breaker.state.kind, 'closed')
    assert.equal(asked.breaker.snapshot().window.slow, 1)
    await took(asked, 101)
    assert.equal(asked.breaker.state.kind, 'open')
    const unasked = breakerOf(options)
    for (const tookMs of [1_000, 1_000]) await took(unasked, tookMs)
    assert.deepEqual(unasked.breaker.snapshot().window, { calls: 2, failures: 0, slow: 0 })
  })

  test('work that throws before it has a promise has failed as well', async () => {
    const broken = (): Promise<never> => {
      throw new Error('ill')
    }
    const { breaker } = breakerOf()
    await assert.rejects(breaker.run(broken), /ill/)
    await assert.rejects(breaker.tryRun(broken), /ill/)
    assert.equal(breaker.state.kind, 'open')
  })

  test('tryRun and permits count as run does', async () => {
    const { breaker } = breakerOf({ window: { kind: 'count', calls: 10 }, minCalls: 10 })
    await breaker.tryRun(succeed)
    await assert.rejects(breaker.tryRun(fail), /ill/)
    breaker.tryEnter()?.success()
    breaker.tryEnter()?.failure(new Error('ill'))
    breaker.tryEnter()?.ignore()
    assert.deepEqual(breaker.snapshot().window, { calls: 4, failures: 2, slow: 0 })
  })

  test('work is told that it is the only attempt, and the signal of the call that it is part of', async () => {
    const { breaker } = breakerOf()
    const alone = await breaker.run(async ({ attempt, signal }) => ({ attempt, signal }))
    assert.equal(alone.attempt, 1)
    assert.equal(alone.signal.aborted, false)
    const caller = new AbortController()
    await runCall({ signal: caller.signal }, async (call) => {
      assert.equal(await breaker.run(async ({ signal }) => signal), call.signal)
    })
  })

  test('what `isFailure` cannot tell is no failure, and no probe that succeeds: only an answer closes the circuit', async () => {
    const late = new Error('the caller had no more time')
    const isFailure = (error: unknown): boolean | undefined => (error === late ? undefined : true)
    const { clock, breaker } = breakerOf({ isFailure })
    for (let call = 0; call < 5; call++) await assert.rejects(breaker.run(() => Promise.reject(late)))
    assert.deepEqual(breaker.snapshot().window, { calls: 0, failures: 0, slow: 0 })
    await open(breaker)
    await clock.advance(1_000)
    for (let call = 0; call < 5; call++)
      await assert.rejects(
        breaker.run(() => Promise.reject(late)),
        /no more time/,
      )
    assert.equal(breaker.state.kind, 'half-open')
    await breaker.run(succeed)
    assert.equal(breaker.state.kind, 'closed')
  })

  test('errors that say nothing about the dependency do not count: the caller left, or a policy refused', async () => {
    const { breaker } = breakerOf()
    const other = breakerOf()
    await open(other.breaker)
    for (let call = 0; call < 10; call++) {
      await assert.rejects(breaker.run(() => Promise.reject(new CancelledError())))
      await assert.rejects(
        breaker.run(() => other.breaker.run(succeed)),
        isOpen,
      )
    }
    assert.equal(breaker.state.kind, 'closed')
  })

  test('errors that are answers count as successes', async () => {
    class NotFoundError extends Error {
      readonly retryable = false
    }
    const { breaker } = breakerOf()
    for (let call = 0; call < 10; call++) await assert.rejects(breaker.run(() => Promise.reject(new NotFoundError())))
    assert.equal(breaker.state.kind, 'closed')
  })
})

suite('an open circuit', () => {
  test('rejects without calling the dependency, and says when to try again', async () => {
    const { clock, breaker } = breakerOf()
    await open(breaker)
    await clock.advance(400)
    let calls = 0
    const refused = breaker.run(async () => calls++)
    await assert.rejects(refused, (error) => isOpen(error) && (error as { retryAfterMs: number }).retryAfterMs === 600)
    assert.equal(calls, 0)
    assert.equal(breaker.refused, 1)
  })

  test('refuses without a stack: what is refused by the thousand must cost little', async () => {
    const { breaker } = breakerOf()
    await open(breaker)
    const error = await breaker.run(succeed).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    )
    assert.equal(error?.stack?.includes('\n    at '), false)
  })

  test('tryRun and tryEnter say so without throwing', async () => {
    const { breaker } = breakerOf()
    assert.deepEqual(await breaker.tryRun(succeed), { ok: true, value: 'well' })
    await open(breaker)
    const refused = await breaker.tryRun(succeed)
    assert.ok(!refused.ok && isOpen(refused.error))
    assert.equal(breaker.tryEnter(), undefined)
  })

  test('becomes half-open by itself, for those who watch', async () => {
    const { clock, breaker } = breakerOf()
    await open(breaker)
    await clock.advance(1_000)
    assert.equal(breaker.state.kind, 'half-open')
  })

  test('stays open as long as it said, whatever happens to the wall clock', async () => {
    for (const jumpMs of [-3_600_000, 3_600_000]) {
      const { clock, breaker } = breakerOf()
      await open(breaker)
      clock.setWall(clock.wall() + jumpMs)
      await assert.rejects(breaker.run(succeed), isOpen)
      await clock.advance(1_000)
      assert.equal(await breaker.run(succeed), 'well')
    }
  })

  test('the open period is longer or shorter by a share, as chance has it', async () => {
    for (const [next, openMs] of [
      [0, 800],
      [0.5, 1_000],
      [1, 1_200],
    ] as const) {
      const { clock, breaker } = breakerOf({ openJitter: 0.2, random: { next: () => next, fill: (bytes) => bytes } })
      await open(breaker)
      assert.deepEqual(breaker.state, { kind: 'open', untilMs: clock.now() + openMs, openings: 1 })
    }
  })

  test('each refusal is told to who listens, with when to try again', async () => {
    const { clock, breaker } = breakerOf()
    await open(breaker)
    assert.equal(breaker.tryEnter(), undefined)
    const seen: BreakerRefusal[] = []
    using _ = breakerRefusal.subscribe((event) => void seen.push(event))
    await clock.advance(300)
    await assert.rejects(breaker.run(succeed), isOpen)
    assert.deepEqual(seen, [{ breaker: 'bank', retryAfterMs: 700 }])
    assert.equal(breaker.refused, 2)
  })

  test('who asks after a suspension, before the timer has run, finds the period over all the same', async () => {
    const clock = new SuspendedClock()
    const { breaker } = breakerOf({ clock })
    await open(breaker)
    const seen: string[] = []
    breaker.onTransition = (from, to) => void seen.push(`${from} > ${to}`)
    clock.asleepMs = 1_000
    assert.equal(await breaker.run(succeed), 'well')
    assert.deepEqual(seen, ['open > half-open', 'half-open > closed'])
  })

  test('keeps no timer that would keep the process alive, and none at all once it is closed', async () => {
    const clock = new SuspendedClock()
    const { breaker } = breakerOf({ clock })
    await open(breaker)
    assert.deepEqual(clock.inForeground, 0)
    breaker.close()
    await clock.advance(5_000)
    assert.equal(clock.armed, 0)
  })
})

suite('a half-open circuit', () => {
  test('admits one probe after the open period; its success closes the circuit', async () => {
    const { clock, breaker } = breakerOf()
    await open(breaker)
    await clock.advance(1_000)
    const probe = held()
    const running = breaker.run(probe.work)
    await assert.rejects(breaker.run(succeed), isOpen)
    probe.answer()
    assert.equal(await running, 'well')
    assert.equal(breaker.state.kind, 'closed')
  })

  test('refuses ten thousand callers beyond the probes at once: nobody waits, nobody is released together', async () => {
    const { clock, breaker } = breakerOf()
    await open(breaker)
    await clock.advance(1_000)
    const probe = held()
    const running = breaker.run(probe.work)
    const others = await Promise.allSettled(Array.from({ length: 10_000 }, () => breaker.run(succeed)))
    assert.ok(others.every((other) => other.status === 'rejected'))
    probe.answer()
    await running
  })

  test('its failure opens the circuit again, for longer each time, up to the longest', async () => {
    const { clock, breaker } = breakerOf({ openGrowth: 2, maxOpenMs: 3_000 })
    await open(breaker)
    for (const openMs of [1_000, 2_000, 3_000, 3_000]) {
      await clock.advance(openMs - 1)
      assert.equal(breaker.state.kind, 'open')
      await clock.advance(1)
      await assert.rejects(breaker.run(fail), /ill/)
    }
    await clock.advance(3_000)
    await breaker.run(succeed)
    await open(breaker)
    await clock.advance(1_000)
    assert.equal(breaker.state.kind, 'half-open')
  })

  test('the late failure of a call from before does not open it again', async () => {
    const { clock, breaker } = breakerOf()
    const late = held()
    const old = assert.rejects(breaker.run(late.work), /ill/)
    await open(breaker)
    await clock.advance(1_000)
    const probe = held()
    const running = breaker.run(probe.work)
    late.fail()
    await old
    assert.equal(breaker.state.kind, 'half-open')
    probe.answer()
    await running
    assert.equal(breaker.state.kind, 'closed')
  })

  test('the late success of a call from before does not close it', async () => {
    const { clock, breaker } = breakerOf()
    const late = held()
    const old = breaker.run(late.work)
    await open(breaker)
    await clock.advance(1_000)
    const probe = held()
    const running = assert.rejects(breaker.run(probe.work), /ill/)
    late.answer()
    await old
    assert.equal(breaker.state.kind, 'half-open')
    probe.fail()
    await running
    assert.equal(breaker.state.kind, 'open')
  })

  test('needs all its probes to succeed; successes before a failure are forgotten', async () => {
    const { clock, breaker } = breakerOf({ probes: 3, openGrowth: 1 })
    await open(breaker)
    await clock.advance(1_000)
    await breaker.run(succeed)
    await breaker.run(succeed)
    await assert.rejects(breaker.run(fail), /ill/)
    await clock.advance(1_000)
    await breaker.run(succeed)
    await breaker.run(succeed)
    assert.equal(breaker.state.kind, 'half-open')
    await breaker.run(succeed)
    assert.equal(breaker.state.kind, 'closed')
  })

  test('a probe whose caller left makes room for another', async () => {
    const { clock, breaker } = breakerOf()
    await open(breaker)
    await clock.advance(1_000)
    await assert.rejects(breaker.run(() => Promise.reject(new CancelledError())))
    assert.equal(await breaker.run(succeed), 'well')
    assert.equal(breaker.state.kind, 'closed')
  })

  test('a probe that is slow opens it again', async () => {
    const { clock, breaker } = breakerOf({ slowCall: { overMs: 100, rate: 1 } })
    await open(breaker)
    await clock.advance(1_000)
    const probe = held()
    const running = breaker.run(probe.work)
    await clock.advance(101)
    probe.answer()
    await running
    assert.equal(breaker.state.kind, 'open')
  })

  test('the deadline of probes that have all been answered changes nothing', async () => {
    const { clock, breaker } = breakerOf({ probes: 2, probeDeadlineMs: 500 })
    await open(breaker)
    await clock.advance(1_000)
    await breaker.run(succeed)
    await clock.advance(10_000)
    assert.deepEqual(breaker.state, { kind: 'half-open', succeeded: 1, inFlight: 0, openings: 1 })
  })

  test('refuses for an open period at the most: nobody knows when its probes end', async () => {
    const { clock, breaker } = breakerOf()
    await open(breaker)
    await clock.advance(1_000)
    void breaker.run(() => new Promise(() => {}))
    const refused = await breaker.tryRun(succeed)
    assert.ok(!refused.ok)
    assert.equal(refused.error.retryAfterMs, 1_000)
  })

  test('probes that never end have failed after their deadline: it cannot be stuck', async () => {
    const { clock, breaker } = breakerOf({ probeDeadlineMs: 500 })
    await open(breaker)
    await clock.advance(1_000)
    void breaker.run(() => new Promise(() => {}))
    await clock.advance(499)
    assert.equal(breaker.state.kind, 'half-open')
    await clock.advance(1)
    assert.equal(breaker.state.kind, 'open')
  })
})

test('options that make no sense are refused by name and value', () => {
  const cases: readonly [Partial<BreakerOptions>, RegExp][] = [
    [{ name: '' }, /name is required/],
    [{ failureRate: 0 }, /failureRate must be above 0 and at most 1, got 0/],
    [{ failureRate: Number.NaN }, /failureRate .* got NaN/],
    [{ minCalls: 0 }, /minCalls must be 1 to 1000000, got 0/],
    [{ minCalls: 1.5 }, /minCalls must be a whole number, got 1.5/],
    [{ window: { kind: 'count', calls: 5 }, minCalls: 6 }, /minCalls must be at most window.calls \(5\), got 6/],
    [{ window: { kind: 'time', durationMs: 5 } }, /window.durationMs must be 100 to 3600000, got 5/],
    [{ openMs: 2_000, maxOpenMs: 1_000 }, /maxOpenMs must be 2000 to 86400000, got 1000/],
    [{ openJitter: 1 }, /openJitter must be 0 to 0.9, got 1/],
    [{ probes: 0 }, /probes must be 1 to 1000, got 0/],
    [{ slowCall: { overMs: 100, rate: 2 } }, /slowCall.rate .* got 2/],
  ]
  for (const [options, message] of cases) assert.throws(() => breakerOf(options), message)
})
