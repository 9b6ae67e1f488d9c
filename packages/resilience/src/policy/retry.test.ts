import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { currentCall, runCall, type Clock } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { RetryBudget } from '../retry/budget.ts'
import { half, isSick, sick, SickError } from './policy.test.support.ts'
import { policy } from './policy.ts'

suite('retry in a policy', () => {
  test('tries again after growing delays, up to the attempts, and reports the last failure', async () => {
    const clock = new VirtualClock()
    const times: number[] = []
    const flaky = policy('flaky', {
      retry: { idempotent: true, maxAttempts: 3, baseDelayMs: 100 },
      clock,
      random: half,
    })
    const running = assert.rejects(
      flaky.run(() => {
        times.push(clock.now())
        return sick()
      }),
      isSick,
    )
    await clock.advance(1_000)
    await running
    // Full jitter at its middle: 50 of 100, then 100 of 200; the wheel may be a millisecond early.
    assert.deepEqual(
      times.map((time) => Math.round(time / 10) * 10),
      [0, 50, 150],
    )
  })

  test('a later attempt that succeeds is the call’s success, and runs as part of the caller’s call, marked', async () => {
    const clock = new VirtualClock()
    const flaky = policy('flaky', { retry: { idempotent: true, baseDelayMs: 10 }, clock, random: half })
    const seen: unknown[] = []
    const running = runCall({ principal: { subject: 'ann', roles: [] }, clock }, () =>
      flaky.run(async ({ attempt }) => {
        seen.push([attempt, currentCall()?.attempt, currentCall()?.principal?.subject])
        if (attempt < 2) throw new SickError()
        return 'well again'
      }),
    )
    await clock.advance(100)
    assert.equal(await running, 'well again')
    assert.deepEqual(seen, [
      [1, 1, 'ann'],
      [2, 2, 'ann'],
    ])
  })

  test('three layers of three attempts make three calls, not twenty-seven', async () => {
    const clock = new VirtualClock()
    const layer = (): ReturnType<typeof policy> =>
      policy('layer', { retry: { idempotent: true, maxAttempts: 3, baseDelayMs: 10 }, clock, random: half })
    const [outer, middle, inner] = [layer(), layer(), layer()]
    let calls = 0
    const running = runCall({ clock }, () =>
      outer.run(() =>
        middle.run(() =>
          inner.run(() => {
            calls++
            return sick()
          }),
        ),
      ),
    )
    const failed = assert.rejects(running, isSick)
    await clock.advance(10_000)
    await failed
    assert.equal(calls, 3)
  })

  test('a deadline that passes after retries is not retried further out', async () => {
    const clock = new VirtualClock()
    const retry = { idempotent: true, maxAttempts: 3, baseDelayMs: 10 }
    const outer = policy('outer', { retry, clock, random: half })
    const inner = policy('inner', { retry, deadlineMs: 100, clock, random: half })
    let calls = 0
    const work = (): Promise<never> => (++calls === 1 ? sick() : new Promise(() => {}))
    const failed = assert.rejects(
      runCall({ clock }, () => outer.run(() => inner.run(work))),
      { code: 'ASHLAR_DEADLINE_EXCEEDED' },
    )
    await clock.advance(10_000)
    await failed
    assert.equal(calls, 2)
  })

  test('work that may not be done twice is not, unless it was refused before it began', async () => {
    const clock = new VirtualClock()
    let calls = 0
    const careful = policy('careful', { retry: { idempotent: false }, clock })
    await assert.rejects(
      careful.run(() => {
        calls++
        return sick()
      }),
    )
    assert.equal(calls, 1)
  })

  test('honours what the callee asks for, and gives up at once when that is past the deadline', async () => {
    const clock = new VirtualClock()
    const times: number[] = []
    const patient = policy('patient', { retry: { idempotent: true, maxAttempts: 2 }, clock })
    const attempt = (): Promise<never> => {
      times.push(clock.now())
      return Promise.reject(new SickError(2_000))
    }
    const failed = assert.rejects(patient.run(attempt), isSick)
    await clock.advance(3_000)
    await failed
    assert.ok(times[1]! >= 1_998 && times[1]! <= 2_002, `second attempt at ${times[1]}`)

    const hurried = assert.rejects(
      runCall({ timeoutMs: 1_000, clock }, () => patient.run(attempt)),
      isSick,
    )
    await clock.advance(1)
    await hurried
    assert.equal(times.length, 3)
  })

  test('a negative retry-after is a request not to come back', async () => {
    const clock = new VirtualClock()
    let calls = 0
    const once = policy('once', { retry: { idempotent: true }, clock })
    await assert.rejects(
      once.run(() => {
        calls++
        return Promise.reject(new SickError(-1))
      }),
    )
    assert.equal(calls, 1)
  })

  test('stops when the shared budget is spent: a sick dependency is not hit by more than its share', async () => {
    const clock = new VirtualClock()
    const budget = new RetryBudget({ ratio: 0.2, minPerSecond: 0, clock })
    const share = { retry: { idempotent: true, maxAttempts: 10, baseDelayMs: 1, budget }, clock, random: half }
    const [one, other] = [policy('one', share), policy('other', share)]
    let calls = 0
    const work = (): Promise<never> => {
      calls++
      return sick()
    }
    const all = Promise.allSettled(Array.from({ length: 100 }, (_, nth) => (nth % 2 === 0 ? one : other).run(work)))
    await clock.advance(5_000)
    await all
    assert.equal(calls, 120)
  })

  test('a caller that leaves during the wait is answered then, and nothing is tried any more', async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    let calls = 0
    const flaky = policy('flaky', { retry: { idempotent: true, baseDelayMs: 1_000, jitter: 'equal' }, clock })
    const running = flaky.run(
      () => {
        calls++
        return sick()
      },
      { signal: caller.signal },
    )
    const left = assert.rejects(running, /gone/)
    await clock.advance(100)
    caller.abort(new Error('gone'))
    await left
    await clock.advance(60_000)
    assert.equal(calls, 1)
  })

  test('keeps the process alive until the next attempt: somebody waits for its answer', async () => {
    const clock = new VirtualClock()
    const timers: { delayMs: number; background: boolean }[] = []
    const watched: Clock = {
      now: () => clock.now(),
      wall: () => clock.wall(),
      immediate: (run) => clock.immediate(run),
      timer(delayMs, run, { background = false } = {}) {
        timers.push({ delayMs, background })
        return clock.timer(delayMs, run)
      },
    }
    const flaky = policy('flaky', { retry: { idempotent: true, maxAttempts: 2 }, clock: watched, random: half })
    const failed = assert.rejects(flaky.run(sick), isSick)
    await clock.advance(100)
    await failed
    assert.deepEqual(
      timers.filter(({ background }) => !background),
      [{ delayMs: 50, background: false }],
    )
  })
})
