import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { childTrace, formatTraceparent, newTrace, parseTraceparent, type TraceContext } from './trace.ts'
import { seededRandom } from './testing/index.ts'

const digit = Array.from({ length: 16 }, (_, value) => value.toString(16))
const hex = (digits: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...digit), minLength: digits, maxLength: digits })
    .filter((text) => !/^0+$/.test(text))
const context: fc.Arbitrary<TraceContext> = fc.record(
  { traceId: hex(32), spanId: hex(16), sampled: fc.boolean() },
  { noNullPrototype: true },
)

test('every context that can be written is read back as it was', () => {
  fc.assert(fc.property(context, (trace) => assert.deepEqual(parseTraceparent(formatTraceparent(trace)), trace)))
})

test('every context that is minted can be written and read, and its children stay in its trace', () => {
  const property = fc.property(fc.integer(), (seed) => {
    const random = seededRandom(seed)
    const trace = newTrace(random)
    const child = childTrace(trace, random)
    assert.deepEqual(parseTraceparent(formatTraceparent(child)), child)
    assert.deepEqual([child.traceId, child.sampled], [trace.traceId, trace.sampled])
    assert.notEqual(child.spanId, trace.spanId)
  })
  fc.assert(property)
})

test('all zero means none on the wire, so no id is minted of it', () => {
  const zero = { next: () => 0, fill: (target: Uint8Array) => target.fill(0) }
  const trace = newTrace(zero)
  assert.deepEqual(parseTraceparent(formatTraceparent(trace)), trace)
})

test('a header that was damaged anywhere is none, or one of the same form; it never throws', () => {
  const property = fc.property(context, fc.nat({ max: 60 }), fc.string({ maxLength: 3 }), (trace, at, damage) => {
    const header = formatTraceparent(trace)
    const parsed = parseTraceparent(header.slice(0, at) + damage + header.slice(at + 1))
    if (parsed === undefined) return
    assert.match(parsed.traceId, /^[0-9a-f]{32}$/)
    assert.match(parsed.spanId, /^[0-9a-f]{16}$/)
  })
  fc.assert(property, { numRuns: 1_000 })
})
