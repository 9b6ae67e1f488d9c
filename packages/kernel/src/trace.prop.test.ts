import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { childTrace, newTrace, parseTraceparent, traceHeaders, type TraceContext } from './trace.ts'
import { seededRandom } from './testing/index.ts'

const digit = Array.from({ length: 16 }, (_, value) => value.toString(16))
const hex = (digits: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...digit), minLength: digits, maxLength: digits })
    .filter((text) => !/^0+$/.test(text))
const states = fc.constantFrom(undefined, 'a=1', 'ot=th:8,rojo=00f067aa0ba902b7')
const context: fc.Arbitrary<TraceContext> = fc.record(
  {
    traceId: hex(32),
    spanId: hex(16),
    sampled: fc.boolean(),
    random: fc.boolean(),
    state: states,
    root: fc.constant(undefined),
  },
  { noNullPrototype: true },
)
const overTheWire = (trace: TraceContext): TraceContext | undefined => {
  const { traceparent, tracestate } = traceHeaders(trace)
  return parseTraceparent(traceparent, tracestate)
}

test('every context that can be written is read back as it was', () => {
  fc.assert(fc.property(context, (trace) => assert.deepEqual(overTheWire(trace), trace)))
})

test('every context that is minted can be written and read, and its children stay in its trace', () => {
  const property = fc.property(fc.integer(), (seed) => {
    const random = seededRandom(seed)
    const trace = newTrace(random)
    const child = childTrace(trace, random)
    assert.deepEqual(overTheWire(child), { ...child, root: undefined })
    assert.deepEqual([child.traceId, child.sampled, child.random], [trace.traceId, false, true])
    assert.notEqual(child.spanId, trace.spanId)
  })
  fc.assert(property)
})

test('all zero means none on the wire, so no id is minted of it', () => {
  const zero = { next: () => 0, fill: (target: Uint8Array) => target.fill(0) }
  const trace = newTrace(zero)
  assert.deepEqual(overTheWire(trace), { ...trace, root: undefined })
})

test('a header that was damaged anywhere is none, or one of the same form; it never throws', () => {
  const property = fc.property(context, fc.nat({ max: 60 }), fc.string({ maxLength: 3 }), (trace, at, damage) => {
    const header = traceHeaders(trace).traceparent
    const parsed = parseTraceparent(header.slice(0, at) + damage + header.slice(at + 1))
    if (parsed === undefined) return
    assert.match(parsed.traceId, /^[0-9a-f]{32}$/)
    assert.match(parsed.spanId, /^[0-9a-f]{16}$/)
  })
  fc.assert(property, { numRuns: 1_000 })
})

test('ids are as many different ones as were asked for, from the system as from any other source', () => {
  for (const random of [undefined, seededRandom(1)]) {
    const ids = Array.from({ length: 2_000 }, () => newTrace(random)).flatMap(({ traceId, spanId }) => [
      traceId,
      spanId,
    ])
    assert.equal(new Set(ids).size, 4_000)
    assert.ok(ids.every((id) => /^([0-9a-f]{16}){1,2}$/.test(id)))
    // Each digit of each place comes up: none is left out, and none is always the same.
    for (let at = 0; at < 16; at++) assert.equal(new Set(ids.map((id) => id[at])).size, 16)
  }
})
