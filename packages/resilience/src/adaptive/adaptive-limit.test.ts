import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AshlarError, CancelledError, hasCode } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { policy } from '../policy/policy.ts'
import { AdaptiveLimit, type AdaptiveLimitOptions } from './adaptive-limit.ts'
import { aimd } from './aimd.ts'
import type { LimitAlgorithm } from './algorithm.ts'
import { limitChanged, type LimitChanged } from './events.ts'
import { gradient2 } from './gradient2.ts'
import type { LoadSample } from './load-window.ts'

class SickError extends AshlarError {
  readonly code = 'TEST_SICK' as const
  readonly retryable = true
}

class NotFoundError extends AshlarError {
  readonly code = 'TEST_NOT_FOUND' as const
  readonly retryable = false
}

/** Remembers what it was shown, and wishes for what the test wishes for. */
class Recorder implements LimitAlgorithm {
  readonly samples: LoadSample[] = []
  wish: number | undefined = undefined

  next(sample: LoadSample): number {
    this.samples.push(sample)
    return this.wish ?? sample.limit
  }
}

function limitOf(options: Partial<AdaptiveLimitOptions> = {}): {
  clock: VirtualClock
  recorder: Recorder
  limit: AdaptiveLimit
} {
  const clock = new VirtualClock()
  const recorder = new Recorder()
  const small = { name: 'bank', windowMs: 100, minCalls: 4, algorithm: recorder, clock }
  return { clock, recorder, limit: new AdaptiveLimit({ ...small, ...options }) }
}

suite('an adaptive limit', () => {
  test('tells its algorithm the average latency, though it remembers no call', async () => {
    const { clock, recorder, limit } = limitOf()
    for (let call = 0; call < 100; call++) {
      limit.tryEnter()
      limit.tryEnter()
      await clock.advance(20)
      limit.release('answered')
      await clock.advance(10)
      limit.release('answered')
    }
    const [sample] = recorder.samples
    assert.equal(sample?.peak, 2)
    assert.equal(sample?.failedShare, 0)
    const { length } = recorder.samples
    const averageMs = recorder.samples.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / length
    assert.ok(Math.abs(averageMs - 25) < 1, `${averageMs} ms`)
  })

  test('tells it the share of failures; answers that are errors are none, refusals and callers that leave are nothing', async () => {
    const { clock, recorder, limit } = limitOf()
    const endings = [new SickError(), new NotFoundError(), new CancelledError(), undefined, undefined]
    for (const error of endings) {
      const run = limit.run(async () => {
        await clock.advance(50)
        if (error !== undefined) throw error
      })
      await run.catch(() => {})
    }
    assert.equal(recorder.samples.length, 1)
    assert.equal(recorder.samples[0]?.calls, 4)
    assert.equal(recorder.samples[0]?.failedShare, 0.25)
  })

  test('learns the same from a policy that it is part of', async () => {
    const { clock, recorder, limit } = limitOf()
    const breaker = { window: { kind: 'count', calls: 2 }, minCalls: 2, failureRate: 1 } as const
    const bank = policy('bank', { bulkhead: limit, breaker, clock })
    const work = async (): Promise<never> => {
      await clock.advance(60)
      throw new SickError()
    }
    for (let call = 0; call < 10; call++) await assert.rejects(bank.run(work))
    assert.equal(limit.active, 0)
    assert.equal(recorder.samples.length, 0, 'what the breaker refused was counted')
    bank.breaker?.close()
    for (let call = 0; call < 2; call++) await assert.rejects(bank.run(work))
    assert.equal(recorder.samples[0]?.failedShare, 1)
  })

  test('takes what it is told within its bounds, and lets those in who wait', async () => {
    const { clock, recorder, limit } = limitOf({ initialConcurrent: 1, maxConcurrent: 3, maxQueued: 10 })
    const changes: LimitChanged[] = []
    using _ = limitChanged.subscribe((change) => void changes.push(change))
    recorder.wish = 1_000
    const ends: (() => void)[] = []
    const work = (): Promise<void> => new Promise((resolve) => void ends.push(resolve))
    for (let call = 0; call < 9; call++) void limit.run(work)
    assert.equal(ends.length, 1)
    for (let call = 0; call < 4; call++) {
      await clock.advance(40)
      ends[call]?.()
    }
    await clock.advance(0)
    assert.equal(limit.limit, 3)
    assert.equal(limit.active, 3)
    assert.deepEqual(
      changes.map(({ limiter, from, to }) => [limiter, from, to]),
      [['bank', 1, 3]],
    )
  })

  test('refuses beyond the limit like any bulkhead', async () => {
    const { limit } = limitOf({ initialConcurrent: 1 })
    void limit.run(() => new Promise(() => {}))
    await assert.rejects(
      limit.run(async () => {}),
      (error) => hasCode(error, 'ASHLAR_BULKHEAD_FULL'),
    )
    assert.equal(limit.refused, 1)
  })

  test('options that make no sense are refused by name and value', () => {
    assert.throws(() => limitOf({ minConcurrent: 0 }), /minConcurrent must be 1 to 100000, got 0/)
    assert.throws(() => limitOf({ minConcurrent: 9, maxConcurrent: 8 }), /maxConcurrent must be 9 to 100000, got 8/)
    assert.throws(() => limitOf({ initialConcurrent: 2_000 }), /initialConcurrent must be 1 to 1000, got 2000/)
    assert.throws(() => limitOf({ windowMs: Number.NaN }), /windowMs .* got NaN/)
    assert.throws(() => limitOf({ minCalls: 1.5 }), /minCalls must be a whole number, got 1.5/)
    assert.throws(() => limitOf({ maxQueued: -1 }), /maxQueued .* got -1/)
    assert.throws(() => gradient2({ tolerance: 0.5 }), /tolerance must be 1 to 3, got 0.5/)
    assert.throws(() => gradient2({ smoothing: 0 }), /smoothing must be above 0 and at most 1, got 0/)
    assert.throws(() => gradient2({ probeEvery: 1 }), /probeEvery must be a whole number of 5 to 1000, got 1/)
    assert.throws(() => aimd({ maxLatencyMs: -1 }), /maxLatencyMs must be above 0, got -1/)
    assert.throws(() => aimd({ backoffRatio: 1 }), /backoffRatio must be 0.5 to 0.99, got 1/)
  })
})

suite('both algorithms', () => {
  const sample: LoadSample = { limit: 20, calls: 100, failedShare: 0, latencyMs: 10, peak: 20, durationMs: 500 }
  for (const [name, make] of Object.entries({ gradient2, aimd })) {
    test(`${name}: while less than half of the limit is in use, nothing shows that there could be more`, () => {
      assert.equal(make().next({ ...sample, peak: 9 }), 20)
      assert.ok(make().next(sample) > 20)
    })

    test(`${name}: failures lower the limit, but for those that happen anyway`, () => {
      assert.ok(make().next({ ...sample, failedShare: 0.2 }) <= 18)
      assert.ok(make().next({ ...sample, failedShare: 0.04 }) > 20)
    })
  }

  test('aimd: takes away at least one, down to where it is cut', () => {
    for (const limit of [9, 5, 1]) assert.equal(aimd().next({ ...sample, limit, failedShare: 1 }), limit - 1)
  })

  test('gradient2: does not go on lowering the limit when that does not help: the work itself has become slower', () => {
    const algorithm = gradient2({ probeEvery: 1_000 })
    let limit = 100
    for (let window = 0; window < 100; window++) {
      const latencyMs = window < 10 ? 10 : 40
      limit = Math.round(algorithm.next({ ...sample, limit, calls: limit, latencyMs, peak: limit }))
      assert.ok(limit > 35, `${limit} after ${window} windows`)
    }
    assert.ok(limit > 100, `${limit}`)
  })

  test('gradient2: calls that a coarse clock does not see are quick, and nothing else', () => {
    const algorithm = gradient2()
    for (const latencyMs of [0, 0, 10, 10, 0]) assert.ok(algorithm.next({ ...sample, latencyMs }) > 20)
  })

  test('gradient2: latency that rises lowers the limit, by no more than half at a time', () => {
    const algorithm = gradient2({ smoothing: 1 })
    algorithm.next(sample)
    const limit = algorithm.next({ ...sample, latencyMs: 1_000 })
    assert.ok(limit > 10 && limit < 15, `${limit}`)
  })
})
