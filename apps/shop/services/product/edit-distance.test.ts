import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editDistance } from './edit-distance.ts'

test('a slip costs one: left out, put in, replaced, or swapped with its neighbour', () => {
  assert.equal(editDistance('kettle', 'kettle'), 0)
  for (const slip of ['ketle', 'kettlee', 'kattle', 'kettel']) assert.equal(editDistance(slip, 'kettle'), 1, slip)
  assert.equal(editDistance('', 'mug'), 3)
  assert.equal(editDistance('mug', ''), 3)
  assert.equal(editDistance('kettering', 'kettle'), 5)
})
