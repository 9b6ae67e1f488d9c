import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffDelayMs } from './backoff.ts'
import { channel } from './channel.ts'
import { isUuid, newId, uuidGenerator } from './ids.ts'
import { seededRandom, VirtualClock } from './testing/index.ts'

test('ids are version 7 UUIDs that hold the time they were made', () => {
  const clock = new VirtualClock(1_767_225_600_123)
  const id = uuidGenerator({ clock, random: seededRandom(1) })()
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), 1_767_225_600_123)
  assert.ok(isUuid(newId()))
  assert.equal(isUuid('42'), false)
})

test('a clock that stands between two milliseconds makes valid ids too', async () => {
  const clock = new VirtualClock()
  await clock.advance(0.5)
  const id = uuidGenerator({ clock })()
  assert.ok(isUuid(id), id)
})

test('ids of one generator increase, within a millisecond, past a full counter and when the clock is set back', async () => {
  const clock = new VirtualClock()
  const make = uuidGenerator({ clock, random: seededRandom(7) })
  let last = make()
  for (let made = 0; made < 20_000; made++) {
    if (made === 10_000) clock.setWall(0)
    const next = make()
    assert.ok(next > last, `${next} must come after ${last}`)
    last = next
  }
})

test('a channel delivers typed events to those who listen, and says when nobody does', () => {
  const sold = channel<{ sku: string }>('ashlar:test:sold', { description: 'When sold.', fields: { sku: 'what' } })
  const seen: string[] = []
  assert.equal(sold.hasSubscribers, false)
  const subscription = sold.subscribe(({ sku }) => seen.push(sku))
  assert.equal(sold.hasSubscribers, true)
  sold.publish({ sku: 'mug' })
  subscription[Symbol.dispose]()
  sold.publish({ sku: 'lamp' })
  assert.deepEqual(seen, ['mug'])
  assert.throws(() => channel('sold', { description: '', fields: {} }), /ashlar:<package>:<event>/)
})

test('backoff doubles up to its cap and is spread over the upper half', () => {
  const low = { next: () => 0, fill: (target: Uint8Array) => target }
  const high = { next: () => 0.999_999, fill: (target: Uint8Array) => target }
  const range = (attempt: number): [number, number] => [
    backoffDelayMs(attempt, { baseDelayMs: 100, maxDelayMs: 1_000, random: low }),
    Math.round(backoffDelayMs(attempt, { baseDelayMs: 100, maxDelayMs: 1_000, random: high })),
  ]
  assert.deepEqual([1, 2, 3, 5, 1_000].map(range), [
    [50, 100],
    [100, 200],
    [200, 400],
    [500, 1_000],
    [500, 1_000],
  ])
})
