import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepsLimit, median, quantile, targetLine, type Figure } from './figure.ts'

const figure = (rounds: readonly number[], limit?: Figure['limit']): Figure => ({
  name: 'start',
  unit: 'ms',
  rounds,
  ...(limit === undefined ? {} : { limit }),
  how: '',
})

test('the median is the middle value, whatever the order', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([4, 1, 3, 2]), 2.5)
  assert.throws(() => median([]), RangeError)
})

test('a quantile is a value that was measured', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index)
  assert.equal(quantile(values, 0.5), 100)
  assert.equal(quantile(values, 0.99), 198)
  assert.equal(quantile([7], 0.99), 7)
})

test('a figure is held to its limit by its median, from above or from below', () => {
  assert.equal(keepsLimit(figure([1, 2, 90], { atMost: 3 })), true)
  assert.equal(keepsLimit(figure([1, 5, 90], { atMost: 3 })), false)
  assert.equal(keepsLimit(figure([1, 2, 90], { atLeast: 3 })), false)
  assert.equal(keepsLimit(figure([1, 3, 90], { atLeast: 3 })), true)
  assert.equal(keepsLimit(figure([1])), undefined)
})

test('the closing line of a figure says value, limit and verdict; one without a limit has none', () => {
  assert.equal(targetLine('repo', figure([1_500.4], { atMost: 3_000 })), 'target repo.start 1500 3000 ok')
  assert.equal(targetLine('repo', figure([2.34567], { atLeast: 4 })), 'target repo.start 2.35 4 short')
  assert.equal(targetLine('repo', figure([1])), undefined)
})
