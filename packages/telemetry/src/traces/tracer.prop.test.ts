import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { VirtualClock } from '@ashlar/kernel/testing'
import type { Span } from './span.ts'
import { strictTracer } from './tracer.test.support.ts'

const step = fc.oneof(
  fc.constant('begin' as const),
  fc.record({ child: fc.nat() }),
  fc.record({ end: fc.nat(), fails: fc.boolean() }),
  fc.constant('drain' as const),
)

/** Runs the steps on a tracer and ends what is left: which spans there were, of which root, and which were kept. */
function run(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[], capacitySpans: number) {
  const tracer = strictTracer(new VirtualClock(), { capacitySpans, maxSpansPerTrace: 4 })
  const going: Span[] = []
  const failed = new Set<string>()
  const kept: { spanId: string; name: string }[] = []
  const end = (index: number, fails: boolean): void => {
    const [span] = going.splice(index % going.length, 1)
    if (fails) failed.add(span?.fail(new Error('x')).root as string)
    span?.end()
  }
  const drain = (): void => void kept.push(...tracer.drain(3))
  for (const one of steps) {
    if (one === 'begin') going.push(tracer.start('root', { parent: null }))
    else if (one === 'drain') drain()
    else if (going.length > 0 && 'child' in one) {
      const parent = going[one.child % going.length] as Span
      going.push(tracer.start(parent.root as string, { parent }))
    } else if (going.length > 0 && 'end' in one) end(one.end, one.fails)
  }
  while (going.length > 0) end(going.length - 1, false)
  for (let before = -1; before < kept.length;) {
    before = kept.length
    drain()
  }
  return { tracer, kept, failed }
}

test('every span that ended was kept, not kept, left out or is waiting; every kept one is drained or overwritten', () => {
  const property = fc.property(
    fc.array(step, { maxLength: 200 }),
    fc.integer({ min: 1, max: 30 }),
    (steps, capacity) => {
      const { tracer, kept } = run(steps, capacity)
      const { counts } = tracer
      assert.equal(counts.kept + counts.notKept + counts.overflowed + counts.waiting, counts.ended)
      assert.ok(counts.waiting <= capacity)
      assert.equal(kept.length + counts.overwritten, counts.kept)
      assert.equal(new Set(kept.map(({ spanId }) => spanId)).size, kept.length)
    },
  )
  fc.assert(property)
})

test('with room for all, nothing is kept but of traces that failed', () => {
  const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const { tracer, kept, failed } = run(steps, 1_000)
    for (const { spanId, name } of kept) assert.ok(failed.has(name === 'root' ? spanId : name))
    assert.deepEqual([tracer.counts.waiting, tracer.counts.decidedEarly, tracer.counts.overwritten], [0, 0, 0])
  })
  fc.assert(property)
})
