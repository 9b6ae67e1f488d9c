import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { checkMillionSteps, manySteps } from '../internal/random-steps.test.support.ts'
import { SlidingWindow, type WindowSize, type WindowSums } from './sliding-window.ts'

interface Call {
  readonly failed: boolean
  readonly slow: boolean
  readonly atMs: number
}

function sumsOf(calls: readonly Call[]): WindowSums {
  const count = (is: (call: Call) => boolean): number => calls.filter(is).length
  return { calls: calls.length, failures: count(({ failed }) => failed), slow: count(({ slow }) => slow) }
}

function sumsIn({ calls, failures, slow }: SlidingWindow): WindowSums {
  return { calls, failures, slow }
}

/** How few and how many of the calls may be in the window: a time window forgets a tenth at a time. */
function bounds(size: WindowSize, calls: readonly Call[], nowMs: number): [number, number] {
  if (size.kind === 'count') return [Math.min(size.calls, calls.length), size.calls]
  const younger = (ms: number): number => calls.filter(({ atMs }) => nowMs - atMs <= ms).length
  return [younger(size.durationMs * 0.9 - 1), younger(size.durationMs)]
}

const size: fc.Arbitrary<WindowSize> = fc.oneof(
  fc.record({ kind: fc.constant('count' as const), calls: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('time' as const), durationMs: fc.constantFrom(100, 1_000) }),
)
const step = fc.record({ failed: fc.boolean(), slow: fc.boolean(), passMs: fc.constantFrom(0, 0, 1, 10, 90, 100, 950) })

suite('a sliding window', () => {
  test('a million random steps: it holds the newest calls, and sums just those', async () => {
    let taken = 0
    const property = fc.property(size, fc.array(step, manySteps), (chosen, script) => {
      const window = new SlidingWindow(chosen)
      let calls: Call[] = []
      let nowMs = 5_000
      for (const { failed, slow, passMs } of script) {
        taken++
        nowMs += passMs
        window.slide(nowMs)
        const [least, most] = bounds(chosen, calls, nowMs)
        assert.ok(window.calls >= least && window.calls <= most, `${window.calls} not in ${least} to ${most}`)
        window.record(failed, slow, nowMs)
        calls = [...calls, { failed, slow, atMs: nowMs }].slice(-2_000)
        assert.deepEqual(sumsIn(window), sumsOf(calls.slice(-window.calls)))
        calls = calls.slice(-Math.max(20, window.calls))
      }
    })
    await checkMillionSteps(property, () => taken)
  })

  test('recording by itself leaves behind what is too old', () => {
    const window = new SlidingWindow({ kind: 'time', durationMs: 1_000 })
    for (let atMs = 0; atMs < 3_000; atMs += 50) {
      window.record(true, false, atMs)
      assert.ok(window.calls <= 20, `${window.calls} at ${atMs}`)
    }
    assert.ok(window.calls >= 18, String(window.calls))
  })

  test('takes over the sums of another; what does not fit is scaled down, and ages like any other', () => {
    const sums = { calls: 100, failures: 40, slow: 20 }
    const few = new SlidingWindow({ kind: 'count', calls: 10 })
    few.record(true, true, 0)
    few.restore(sums, 0)
    assert.deepEqual(sumsIn(few), { calls: 10, failures: 4, slow: 2 })
    few.restore({ calls: 4, failures: 1, slow: 3 }, 0)
    assert.deepEqual(sumsIn(few), { calls: 4, failures: 1, slow: 3 })
    few.restore({ calls: 0, failures: 0, slow: 0 }, 0)
    assert.deepEqual(sumsIn(few), { calls: 0, failures: 0, slow: 0 })

    const time = new SlidingWindow({ kind: 'time', durationMs: 1_000 })
    time.restore(sums, 10_000)
    assert.deepEqual(sumsIn(time), sums)
    time.slide(10_900)
    assert.deepEqual(sumsIn(time), sums)
    time.slide(11_000)
    assert.deepEqual(sumsIn(time), { calls: 0, failures: 0, slow: 0 })
  })
})
