import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { checkKeyOrder, type KeyOrderOptions } from './index.ts'

const kinds = (sequences: readonly number[], options?: KeyOrderOptions): string[] =>
  checkKeyOrder(
    sequences.map((sequence) => ({ key: 'a', sequence })),
    options,
  ).map(({ kind }) => kind)

test('numbers of one key come one after the other; a gap, a repeat and a late one are told apart', () => {
  assert.deepEqual(kinds([1, 2, 3]), [])
  assert.deepEqual(kinds([1, 3]), ['gap'])
  assert.deepEqual(kinds([1, 1]), ['repeated'])
  assert.deepEqual(kinds([1, 3, 2]), ['gap', 'out of order'])
  assert.deepEqual(kinds([2]), ['gap'], 'the first one counts, too')
  assert.deepEqual(kinds([0, 1], { first: 0 }), [])
})

test('where delivery is at least once, a number may come again but not come late', () => {
  assert.deepEqual(kinds([1, 2, 1, 2, 3], { allowRepeats: true }), [])
  assert.deepEqual(kinds([1, 3, 2], { allowRepeats: true, allowGaps: true }), ['out of order'])
})

test('where messages may be lost, gaps are no violation', () => {
  assert.deepEqual(kinds([3, 7, 20], { allowGaps: true }), [])
})

test('keys in any mixture are in order when each is, and a swap in one is found under its name', () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(keys, (mixture) => {
      const counts: Record<string, number> = {}
      const sightings = mixture.map((key) => ({ key, sequence: (counts[key] = (counts[key] ?? 0) + 1) }))
      assert.deepEqual(checkKeyOrder(sightings), [])
      const [first, second] = sightings.filter(({ key }) => key === 'b')
      if (first === undefined || second === undefined) return
      const swapped = sightings.map((one) => (one === first ? second : one === second ? first : one))
      assert.ok(checkKeyOrder(swapped).some(({ kind, subject }) => kind === 'out of order' && subject === 'b'))
    }),
  )
})
