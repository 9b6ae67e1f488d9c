import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CancelledError, hasCode } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { CircuitBreaker } from './circuit-breaker.ts'
import { breakerTransition, type BreakerTransition } from './events.ts'
import { consecutive, type BreakerOptions } from './options.ts'

const fail = (): Promise<never> => Promise.reject(new Error('ill'))
const succeed = async (): Promise<string> => 'well'
const isOpen = (error: unknown): boolean => hasCode(error, 'ASHLAR_BREAKER_OPEN')

function breakerOf(options: Partial<BreakerOptions> = {}): { clock: VirtualClock; breaker: CircuitBreaker } {
  const clock = new VirtualClock()
  const twice = { ...consecutive(2), openMs: 1_000, openJitter: 0, probes: 1, clock }
  return { clock, breaker: new CircuitBreaker({ name: 'bank', ...twice, ...options }) }
}

async function open(breaker: CircuitBreaker): Promise<void> {
  while (breaker.state.kind === 'closed') await assert.rejects(breaker.run(fail), /ill/)
  assert.equal(breaker.state.kind, 'open')
}

/** Work that ends when told to. */
function held(): { work: () => Promise<string>; answer(): void; fail(error?: unknown): void } {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  return { work: () => promise, answer: () => resolve('well'), fail: (error = new Error('ill')) => reject(error) }
}

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

  test('keeps no timer that would keep the process alive, and none at all once it is closed', async () => {
    const { clock, breaker } = breakerOf()
    await open(breaker)
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

suite('a person', () => {
  test('isolates a dependency until it is closed again', async () => {
    const { clock, breaker } = breakerOf()
    breaker.isolate('maintenance')
    await clock.advance(3_600_000)
    await assert.rejects(breaker.run(succeed), isOpen)
    assert.deepEqual(breaker.state, { kind: 'isolated', reason: 'maintenance' })
    breaker.close()
    assert.equal(await breaker.run(succeed), 'well')
  })

  test('can let it observe only: it judges and reports, and refuses nothing', async () => {
    const { breaker } = breakerOf()
    breaker.mode = 'observing'
    await open(breaker)
    for (let call = 0; call < 5; call++) assert.equal(await breaker.run(succeed), 'well')
    assert.equal(breaker.state.kind, 'open')
  })

  test('who lets it observe only sees it probe as it would: beyond the probes nothing is judged', async () => {
    const { clock, breaker } = breakerOf({ probes: 2 })
    breaker.mode = 'observing'
    await open(breaker)
    await clock.advance(1_000)
    const calls = Array.from({ length: 5 }, () => held())
    const running = calls.map(({ work }) => breaker.run(work))
    assert.deepEqual(breaker.state, { kind: 'half-open', succeeded: 0, inFlight: 2, openings: 1 })
    for (const call of calls.slice(2)) call.answer()
    await Promise.all(running.slice(2))
    assert.deepEqual(breaker.state, { kind: 'half-open', succeeded: 0, inFlight: 2, openings: 1 })
    for (const call of calls.slice(0, 2)) call.answer()
    await Promise.all(running)
    assert.equal(breaker.state.kind, 'closed')
  })

  test('can switch it off: it counts nothing', async () => {
    const { breaker } = breakerOf()
    breaker.mode = 'disabled'
    for (let call = 0; call < 10; call++) await assert.rejects(breaker.run(fail), /ill/)
    assert.equal(breaker.state.kind, 'closed')
    assert.equal(breaker.snapshot().window.calls, 0)
  })

  test('is told of each change of state, with what was judged', async () => {
    const seen: BreakerTransition[] = []
    using _ = breakerTransition.subscribe((event) => void seen.push(event))
    const { clock, breaker } = breakerOf()
    await open(breaker)
    await clock.advance(1_000)
    await breaker.run(succeed)
    assert.deepEqual(
      seen.map(({ from, to }) => `${from} > ${to}`),
      ['closed > open', 'open > half-open', 'half-open > closed'],
    )
    assert.deepEqual({ ...seen[0] }, { breaker: 'bank', from: 'closed', to: 'open', calls: 2, failures: 2, slow: 0 })
  })
})

suite('memory', () => {
  test('a snapshot carries window, state and growth to another process', async () => {
    const { clock, breaker } = breakerOf()
    await open(breaker)
    await clock.advance(400)
    const kept: unknown = JSON.parse(JSON.stringify(breaker.snapshot()))
    const next = breakerOf()
    next.breaker.restore(kept as ReturnType<typeof breaker.snapshot>)
    await next.clock.advance(599)
    await assert.rejects(next.breaker.run(succeed), isOpen)
    await next.clock.advance(1)
    assert.equal(await next.breaker.run(succeed), 'well')
  })

  test('a restored window weighs as much as before', async () => {
    const options = { window: { kind: 'count', calls: 10 }, minCalls: 10, failureRate: 0.5 } as const
    const { breaker } = breakerOf(options)
    for (let call = 0; call < 9; call++) await breaker.run<unknown>(call < 5 ? fail : succeed).catch(() => {})
    const next = breakerOf(options)
    next.breaker.restore(breaker.snapshot())
    await next.breaker.run(succeed)
    assert.equal(next.breaker.state.kind, 'open')
  })

  test('the caller’s options are not touched, and later changes to them change nothing', async () => {
    const options = { name: 'bank', ...consecutive(2) }
    const frozen = Object.freeze({ ...options })
    const breaker = new CircuitBreaker(frozen)
    assert.equal(breaker.name, 'bank')
    assert.deepEqual(frozen, options)
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
