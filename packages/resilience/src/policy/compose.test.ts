import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AshlarError, currentCall, hasCode, runCall, type PolicyCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { RetryBudget, retry, retrying } from '../retry/index.ts'
import { timeout } from '../timeout/index.ts'
import { compose } from './compose.ts'
import { policy } from './policy.ts'

class SickError extends AshlarError {
  readonly code = 'TEST_SICK' as const
  readonly retryable = true
}

const isTimeout = (error: unknown): boolean => hasCode(error, 'ASHLAR_ATTEMPT_TIMEOUT')

suite('parts by themselves', () => {
  test('a timeout stops work that takes too long', async () => {
    const clock = new VirtualClock()
    let call: PolicyCall | undefined
    const tooSlow = assert.rejects(
      timeout(50, { name: 'bank', clock })((given) => {
        call = given
        return new Promise(() => {})
      }),
      (error) => isTimeout(error) && /"bank" did not answer within 50 ms/.test(String(error)),
    )
    await clock.advance(60)
    await tooSlow
    assert.equal(call?.signal.aborted, true)
    assert.throws(() => timeout(0), /timeoutMs must be above 0 and at most 3600000, got 0/)
    assert.throws(() => timeout(Number.NaN), /got NaN/)
  })

  test('retry tries again, and stops at once when its signal aborts', async () => {
    const clock = new VirtualClock()
    const attempts: number[] = []
    const work = async ({ attempt }: PolicyCall): Promise<string> => {
      attempts.push(attempt)
      if (attempt < 3) throw new SickError('ill')
      return 'well'
    }
    const running = retry(work, { idempotent: true, baseDelayMs: 10, clock })
    await clock.advance(100)
    assert.equal(await running, 'well')
    assert.deepEqual(attempts, [1, 2, 3])

    const caller = new AbortController()
    const options = { idempotent: true, baseDelayMs: 10_000, jitter: 'equal', clock, signal: caller.signal } as const
    const left = assert.rejects(retry(work, options), /gone/)
    await clock.advance(10)
    caller.abort(new Error('gone'))
    await left
    assert.deepEqual(attempts, [1, 2, 3, 1])
  })

  test('a retrying policy has one budget for all of its calls', async () => {
    const clock = new VirtualClock()
    const budget = new RetryBudget({ ratio: 0, minPerSecond: 2, clock })
    const run = retrying({ idempotent: true, maxAttempts: 2, baseDelayMs: 1, budget, clock })
    let attempts = 0
    const work = (): Promise<never> => {
      attempts++
      return Promise.reject(new SickError('ill'))
    }
    const failed = Promise.allSettled(Array.from({ length: 10 }, () => run(work)))
    await clock.advance(100)
    await failed
    assert.equal(attempts, 12)
  })
})

suite('a composition', () => {
  test('runs the inner policies within the outer ones: a timeout of each attempt, and one of all', async () => {
    const clock = new VirtualClock()
    const again = retrying({ idempotent: true, maxAttempts: 10, baseDelayMs: 1, clock })
    const bounded = compose(timeout(500, { name: 'all', clock }), again, timeout(80, { name: 'one', clock }))
    const signals: AbortSignal[] = []
    let outcome: unknown
    void bounded(({ signal }) => {
      signals.push(signal)
      return new Promise(() => {})
    }).catch((error: unknown) => (outcome = error))
    await clock.advance(400)
    assert.equal(outcome, undefined)
    assert.ok(signals.length >= 4, `${signals.length} attempts`)
    await clock.advance(120)
    assert.match(String(outcome), /"all" did not answer/)
    assert.equal(signals.at(-1)?.aborted, true)
    const { length } = signals
    await clock.advance(10_000)
    assert.equal(signals.length, length)
  })

  test('tells the work which attempt it is, whichever of them repeats', async () => {
    const clock = new VirtualClock()
    const again = retrying({ idempotent: true, baseDelayMs: 1, clock })
    const seen: number[] = []
    const work = async ({ attempt }: PolicyCall): Promise<void> => {
      seen.push(attempt)
      if (attempt < 2) throw new SickError('ill')
    }
    for (const bounded of [compose(again, timeout(80, { clock })), compose(timeout(80, { clock }), again)]) {
      const running = bounded(work)
      await clock.advance(50)
      await running
    }
    assert.deepEqual(seen, [1, 2, 1, 2])
  })

  test('stays part of the caller’s call, and ends with it', async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const bounded = compose(timeout(1_000, { clock }), policy('inner', { clock }).run)
    let subject: string | undefined
    const left = assert.rejects(
      runCall({ principal: { subject: 'ann', roles: [] }, signal: caller.signal, clock }, () =>
        bounded(() => {
          subject = currentCall()?.principal?.subject
          return new Promise(() => {})
        }),
      ),
      /gone/,
    )
    await clock.advance(0)
    caller.abort(new Error('gone'))
    await left
    assert.equal(subject, 'ann')
  })

  test('stops what is inside within a call, too', async () => {
    const clock = new VirtualClock()
    const bounded = compose(timeout(50, { clock }), policy('inner', { clock }).run)
    let inside: AbortSignal | undefined
    const tooSlow = assert.rejects(
      runCall({ clock }, () =>
        bounded(({ signal }) => {
          inside = signal
          return new Promise(() => {})
        }),
      ),
      isTimeout,
    )
    await clock.advance(60)
    await tooSlow
    assert.ok(isTimeout(inside?.reason))
  })

  test('of one policy is that policy', () => {
    const one = timeout(10)
    assert.equal(compose(one), one)
  })
})
