import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import type { SpanRecord } from '@ashlar/telemetry/traces'
import { spanEntries } from '../store/entry.ts'
import type { EntryStore } from '../store/entry-store.ts'
import { RecentEntries } from '../store/recent-entries.ts'
import { findTraces, type TraceQuery } from './find-traces.ts'

const newest = Number.MAX_SAFE_INTEGER

interface Fields extends Partial<SpanRecord> {
  readonly service?: string
}

/** A store of requests that arrived one after the other, each of one service and one trace. */
function storeOf(...requests: readonly (readonly Fields[])[]): RecentEntries {
  const store = new RecentEntries(1e8)
  let id = 0
  for (const request of requests) {
    const records = request.map((fields, at): SpanRecord => {
      const rest = { kind: 'internal', attributes: {}, error: undefined, events: [], links: [] } as const
      const ids = { traceId: 't', spanId: `s${id}.${at}`, parentSpanId: undefined }
      return { ...ids, name: '', startMs: 0, durationMs: 0, ...rest, ...fields }
    })
    const resource = { 'service.name': request[0]?.service ?? 'order' }
    store.add(spanEntries([{ resource, scope: { name: '', version: '' }, records }], () => ++id))
  }
  return store
}

async function idsOf(store: RecentEntries, query: Omit<TraceQuery, 'before'>, limit = 2): Promise<string[]> {
  const ids: string[] = []
  let before: number | undefined = newest
  while (before !== undefined) {
    const { traces, next } = await findTraces(store, { ...query, before }, limit)
    ids.push(...traces.map(({ traceId }) => traceId))
    before = next
  }
  return ids
}

test('a trace is found when one of its spans is all that is asked for', async () => {
  const store = storeOf(
    [
      { traceId: 't1', name: 'Pay', durationMs: 5, error: 'DECLINED' },
      { traceId: 't1', name: 'Ship', durationMs: 500 },
    ],
    [{ traceId: 't2', name: 'Pay', durationMs: 500, error: 'DECLINED' }],
    [{ traceId: 't3', service: 'payment', name: 'repay', durationMs: 500 }],
  )
  assert.deepEqual(await idsOf(store, {}), ['t3', 't2', 't1'])
  assert.deepEqual(await idsOf(store, { service: 'order' }), ['t2', 't1'])
  assert.deepEqual(await idsOf(store, { onlyErrors: true, minDurationMs: 100 }), ['t2'])
  assert.deepEqual(await idsOf(store, { name: 'pay', onlyErrors: true, minDurationMs: 100 }), ['t2'])
  assert.deepEqual(await idsOf(store, { name: 'pay' }), ['t3', 't2', 't1'])
  assert.deepEqual(await idsOf(store, { name: 'pay', minDurationMs: 100, service: 'payment' }), ['t3'])
  assert.deepEqual(await idsOf(store, { name: 'nothing' }), [])
  assert.deepEqual(await idsOf(store, { from: 3 }), ['t3'])
})

test('each trace is listed once over all pages, however its spans are spread, at the place of what arrived last', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ trace: fc.nat(6), isError: fc.boolean() }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      async (spans, limit, onlyErrors) => {
        const store = storeOf(
          ...spans.map(({ trace, isError }) => [{ traceId: `t${trace}`, error: isError ? 'E' : undefined }]),
        )
        const wanted = spans.filter(({ isError }) => isError || !onlyErrors).map(({ trace }) => `t${trace}`)
        assert.deepEqual(await idsOf(store, { onlyErrors }, limit), [...new Set(wanted.toReversed())])
      },
    ),
  )
})

test('a trace in many parts that was told on the page before is put together once, and not for each part', async () => {
  const store = storeOf(...Array.from({ length: 200 }, () => [{ traceId: 't1' }]))
  let lookups = 0
  const counting: EntryStore = {
    find: (filter, limit) => store.find(filter, limit),
    ofTrace: (traceId, limit) => {
      lookups += 1
      return store.ofTrace(traceId, limit)
    },
  }
  assert.deepEqual(await findTraces(counting, { before: 150 }, 1), { traces: [], next: undefined })
  assert.equal(lookups, 1)
})
