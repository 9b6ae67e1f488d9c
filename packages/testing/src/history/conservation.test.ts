import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { checkConservation } from './index.ts'

test('every tally with another sum is named, with the difference', () => {
  const tallies = [
    { name: 'start', amounts: [100, 0] },
    { name: 'under way', amounts: [60, 0] },
    { name: 'end', amounts: [60, 41] },
  ]
  assert.deepEqual(
    checkConservation(tallies, 100).map(({ message }) => message),
    ['"under way": the sum is 60 instead of 100: 40 too few', '"end": the sum is 101 instead of 100: 1 too many'],
  )
})

test('moving amounts about keeps the sum; one more or less anywhere does not, at any size', () => {
  const amounts = fc.array(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), { minLength: 2, maxLength: 10 })
  fc.assert(
    fc.property(amounts, fc.bigInt(), (before, moved) => {
      const total = before.reduce((sum, amount) => sum + amount, 0n)
      const [first = 0n, second = 0n, ...rest] = before
      const after = [first - moved, second + moved, ...rest]
      assert.deepEqual(checkConservation([{ name: 'after', amounts: after }], total), [])
      assert.equal(checkConservation([{ name: 'after', amounts: [...after, 1n] }], total).length, 1)
    }),
  )
})

test('amounts that are no integers are refused: their sums would not be exact', () => {
  assert.throws(() => checkConservation([{ name: 'x', amounts: [0.1] }], 0), /must be integers, got 0.1 in "x"/)
})
