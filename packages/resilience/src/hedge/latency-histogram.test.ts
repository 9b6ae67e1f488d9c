import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { seededRandom } from '@ashlar/kernel/testing'
import { LatencyHistogram, type LatencyHistogramOptions } from './latency-histogram.ts'

function histogramOf(options: Partial<LatencyHistogramOptions> = {}): LatencyHistogram {
  return new LatencyHistogram({ quantile: 0.95, minSamples: 100, minDelayMs: 0.1, maxDelayMs: 10_000, ...options })
}

suite('a histogram of latencies', () => {
  for (const quantile of [0.5, 0.9, 0.99]) {
    test(`finds the quantile ${quantile} within a twentieth, from microseconds to minutes`, () => {
      for (const scale of [0.2, 10, 5_000]) {
        const histogram = histogramOf({ quantile, maxDelayMs: 3_600_000 })
        const random = seededRandom(1)
        const latencies = Array.from({ length: 3_000 }, () => -Math.log(1 - random.next()) * scale)
        for (const latency of latencies) histogram.record(latency)
        const exact = latencies.toSorted((a, b) => a - b)[Math.floor(quantile * 3_000)]!
        const found = histogram.delayMs!
        assert.ok(found > exact * 0.94 && found < exact * 1.06, `${found} for ${exact}`)
      }
    })
  }

  test('says nothing before it has seen enough', () => {
    const histogram = histogramOf({ minSamples: 50 })
    for (let sample = 0; sample < 49; sample++) histogram.record(10)
    assert.equal(histogram.delayMs, undefined)
    histogram.record(10)
    assert.ok(histogram.delayMs! >= 10 && histogram.delayMs! <= 10.5)
  })

  test('forgets: some thousand calls after a change it speaks of the new ones', () => {
    const histogram = histogramOf({ quantile: 0.5 })
    for (let sample = 0; sample < 100_000; sample++) histogram.record(10)
    for (let sample = 0; sample < 5_000; sample++) histogram.record(100)
    assert.ok(histogram.delayMs! > 95, `${histogram.delayMs}`)
  })

  test('stays within its bounds, whatever it is told', () => {
    for (const latency of [0, 1e-9, 1e12, Infinity]) {
      const histogram = histogramOf({ minSamples: 1, minDelayMs: 5, maxDelayMs: 50 })
      histogram.record(latency)
      assert.equal(histogram.delayMs, latency < 1 ? 5 : 50)
    }
  })
})
