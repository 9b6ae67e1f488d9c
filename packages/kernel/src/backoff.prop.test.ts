import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { backoff, type Jitter } from './backoff.ts'
import { seededRandom } from './testing/index.ts'

const bounds = fc.record({ baseDelayMs: fc.nat({ max: 1_000 }), more: fc.nat({ max: 60_000 }), seed: fc.integer() })

/** The delays' bounds, as the doc comment states them. */
const stated: { readonly [Name in Jitter]: (ceiling: number, base: number, before: number) => [number, number] } = {
  full: (ceiling) => [0, ceiling],
  equal: (ceiling) => [ceiling / 2, ceiling],
  decorrelated: (_, base, before) => [base, 3 * before],
}

for (const [jitter, range] of Object.entries(stated) as [Jitter, (typeof stated)[Jitter]][]) {
  test(`${jitter} jitter keeps every delay within its bounds and the cap, however often it failed`, () => {
    const property = fc.property(bounds, ({ baseDelayMs, more, seed }) => {
      const maxDelayMs = baseDelayMs + more
      const next = backoff({ baseDelayMs, maxDelayMs, jitter, random: seededRandom(seed) })
      let before = baseDelayMs
      for (let attempt = 1; attempt <= 60; attempt++) {
        const delayMs = next()
        const [low, high] = range(Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1)), baseDelayMs, before)
        assert.ok(delayMs >= low && delayMs <= Math.min(high, maxDelayMs), `${delayMs} in [${low}, ${high}]`)
        before = delayMs
      }
    })
    fc.assert(property, { numRuns: 200 })
  })

  test(`${jitter} jitter spreads those who failed together`, () => {
    const random = seededRandom(1)
    const delays = new Set(
      Array.from({ length: 100 }, () => {
        const next = backoff({ baseDelayMs: 100, maxDelayMs: 10_000, jitter, random })
        next()
        return Math.floor(next())
      }),
    )
    assert.ok(delays.size > 40, `${delays.size} different delays of 100`)
  })
}

test('delays that cannot be are a mistake', () => {
  assert.throws(() => backoff({ baseDelayMs: -1 }), RangeError)
  assert.throws(() => backoff({ baseDelayMs: 100, maxDelayMs: 99 }), /maxDelayMs must be/)
  assert.throws(() => backoff({ maxDelayMs: Infinity }), RangeError)
  assert.throws(() => backoff({ maxDelayMs: Number.NaN }), RangeError)
})
