import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import type { SpanRecord } from '@ashlar/telemetry/traces'
import { spanEntries, type Entry } from '../store/entry.ts'
import { assembleTrace } from './trace-view.ts'

const traceId = 'a'.repeat(32)

function span(spanId: string, parentSpanId: string | undefined, fields: Partial<SpanRecord> = {}): SpanRecord {
  const timing = { startMs: 1_000, durationMs: 10 }
  const rest = { kind: 'internal', attributes: {}, error: undefined, events: [], links: [] } as const
  return { traceId, spanId, parentSpanId, name: `span ${spanId}`, ...timing, ...rest, ...fields }
}

let id = 0
function from(service: string, ...records: readonly SpanRecord[]): Entry[] {
  const batch = { resource: { 'service.name': service }, scope: { name: 'test', version: '1' }, records }
  return spanEntries([batch], () => ++id)
}

test('a trace is put together of its services’ parts, each span behind its parent, siblings by their start', () => {
  const trace = assembleTrace(traceId, [
    ...from('order', span('c', 'b', { startMs: 1_004 }), span('d', 'b', { startMs: 1_002, error: 'E' })),
    ...from('gateway', span('a', undefined, { durationMs: 30 }), span('b', 'a', { startMs: 1_001, durationMs: 40 })),
  ])
  assert.deepEqual(
    trace.spans.map(({ spanId, service, depth }) => [spanId, service, depth]),
    [
      ['a', 'gateway', 0],
      ['b', 'gateway', 1],
      ['d', 'order', 2],
      ['c', 'order', 2],
    ],
  )
  const { name, service, durationMs, errors, services, complete } = trace
  assert.deepEqual([name, service, durationMs, errors, complete], ['span a', 'gateway', 41, 1, true])
  assert.deepEqual(services, ['gateway', 'order'])
})

test('a trace without its root, or with a parent missing, says that it is not complete', () => {
  const all = from('order', span('a', undefined), span('b', 'a'), span('c', 'b'))
  assert.equal(assembleTrace(traceId, all).complete, true)
  assert.equal(assembleTrace(traceId, from('order', span('b', 'a'), span('c', 'b'))).complete, false)
  assert.equal(assembleTrace(traceId, from('order', span('a', undefined), span('c', 'b'))).complete, false)
  assert.equal(assembleTrace(traceId, from('order', span('a', undefined), span('b', undefined))).complete, false)
})

test('a batch that arrives twice counts once', () => {
  const once = from('order', span('a', undefined), span('b', 'a'))
  assert.equal(assembleTrace(traceId, [...once, ...once]).spans.length, 2)
})

test('a chain of ten thousand spans is put in order', () => {
  const chain = Array.from({ length: 10_000 }, (_, at) => span(`s${at}`, at === 0 ? undefined : `s${at - 1}`))
  const { spans } = assembleTrace(traceId, from('order', ...chain.toReversed()))
  assert.equal(spans.at(-1)?.depth, 9_999)
})

test('whatever spans say of their parents, each is shown once, and behind its parent unless they go in circles', () => {
  const anyFamily = fc.array(fc.record({ own: fc.nat(8), parent: fc.option(fc.nat(8)) }), { maxLength: 20 })
  fc.assert(
    fc.property(anyFamily, (members) => {
      const spans = members.map(({ own, parent }) => span(`s${own}`, parent === null ? undefined : `s${parent}`))
      const trace = assembleTrace(traceId, from('order', ...spans))
      const ids = trace.spans.map(({ spanId }) => spanId)
      assert.deepEqual(new Set(ids), new Set(spans.map(({ spanId }) => spanId)))
      assert.equal(ids.length, new Set(ids).size)
      for (const [at, { parentSpanId, depth }] of trace.spans.entries()) {
        if (depth > 0) assert.ok(ids.indexOf(parentSpanId as string) < at)
        else if (trace.complete) assert.equal(parentSpanId, undefined)
      }
    }),
  )
})
