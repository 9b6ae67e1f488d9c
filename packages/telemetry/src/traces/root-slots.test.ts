import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newTrace } from '@ashlar/kernel'
import { RecentRoots } from './recent-roots.ts'
import { slotOf, slots } from './root-slots.ts'

test('ids are spread over all slots, and what is no id has a slot as well', () => {
  const used = new Set(Array.from({ length: 20 * slots }, () => slotOf(newTrace().spanId)))
  assert.equal(used.size, slots)
  for (const odd of ['', 'x', 'not an id', '\u{1f4a9}'.repeat(3)]) {
    const slot = slotOf(odd)
    assert.ok(slot >= 0 && slot < slots, odd)
  }
})

test('what was decided is remembered of the latest root of a slot, and never told of another', () => {
  const recent = new RecentRoots()
  const [first, sameSlot, sameDigits] = ['00000000abcdef01', '0000000012345f01', '99999999abcdef01']
  assert.ok(first && sameSlot && sameDigits)
  const told = (): (boolean | undefined)[] => [first, sameSlot, sameDigits].map((root) => recent.get(root))
  assert.deepEqual(told(), [undefined, undefined, undefined])
  recent.set(first, true)
  assert.deepEqual(told(), [true, undefined, undefined])
  recent.set(sameDigits, false)
  assert.deepEqual(told(), [undefined, undefined, false])
  recent.set(sameSlot, true)
  assert.deepEqual(told(), [undefined, true, undefined])
})
