import assert from 'node:assert/strict'
import test from 'node:test'
import { quantile } from './quantile.ts'

test('a quantile lies within the bucket that holds it, in proportion to what is below', () => {
  const histogram = { bounds: [10, 20, 40], counts: [10, 10, 20, 0] }
  assert.equal(quantile(histogram, 0.25), 10)
  assert.equal(quantile(histogram, 0.5), 20)
  assert.equal(quantile(histogram, 0.75), 30)
  assert.equal(quantile(histogram, 0.125), 5)
})

test('what is above all bounds counts as the highest; without bounds nothing is known', () => {
  assert.equal(quantile({ bounds: [10], counts: [1, 99] }, 0.99), 10)
  assert.ok(Number.isNaN(quantile({ bounds: [], counts: [5] }, 0.5)))
})
