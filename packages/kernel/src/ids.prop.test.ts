import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isUuid, uuidGenerator } from './ids.ts'
import { seededRandom, VirtualClock } from './testing/index.ts'

const moment = fc.integer({ min: 0, max: 2 ** 47 })
const step = fc.oneof(
  fc.record({ kind: fc.constant('make' as const), count: fc.integer({ min: 1, max: 5_000 }) }),
  fc.record({
    kind: fc.constant('set' as const),
    wallMs: fc.oneof(moment, fc.double({ min: 0, max: 1e12, noNaN: true })),
  }),
)

test('ids of one generator only increase, whatever the wall clock is set to', () => {
  const property = fc.property(fc.integer(), fc.array(step, { maxLength: 12 }), (seed, steps) => {
    const clock = new VirtualClock()
    const make = uuidGenerator({ clock, random: seededRandom(seed) })
    let last = ''
    for (const one of steps) {
      if (one.kind === 'set') {
        clock.setWall(one.wallMs)
        continue
      }
      for (let made = 0; made < one.count; made++) {
        const id = make()
        assert.ok(id > last, `${id} must come after ${last}`)
        last = id
      }
      assert.ok(isUuid(last))
    }
  })
  fc.assert(property, { numRuns: 60 })
})
