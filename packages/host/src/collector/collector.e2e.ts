import assert from 'node:assert/strict'
import test from 'node:test'
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace'
import { openDatabase, sql } from '@ashlar/sql'
import { encodeOtlp, otlpMetrics, type MetricRecord } from '@ashlar/telemetry/otlp'
import {
  authorized,
  eventually,
  startCollectorProcess,
  startPostgres,
  type CollectorProcess,
} from './collector-process.test.support.ts'
import { batchOf, counterOf } from './collector.test.support.ts'
import type { MetricSummary, MetricView } from './query/metric-view.ts'
import type { TraceSummary, TraceView } from './query/trace-view.ts'

/** What a program that is instrumented with OpenTelemetry's own SDK sends. Returns the trace's id. */
async function checkOut(exporter: SpanExporter): Promise<string> {
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] })
  const tracer = provider.getTracer('checkout', '2.0.0')
  const root = tracer.startSpan(
    'POST /checkout',
    { kind: SpanKind.SERVER, attributes: { 'http.route': '/checkout', pieces: 3 } },
    ROOT_CONTEXT,
  )
  const within = trace.setSpan(ROOT_CONTEXT, root)
  const child = tracer.startSpan(
    'charge',
    { kind: SpanKind.CLIENT, attributes: { gift: true, tags: ['a', 'b'] } },
    within,
  )
  child.addEvent('retry', { attempt: 2 })
  child.addLink({
    context: { traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), traceFlags: 1 },
    attributes: { why: 'order' },
  })
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'declined' })
  child.end()
  root.end()
  await provider.shutdown()
  return root.spanContext().traceId
}

function exporterTo(
  collector: CollectorProcess,
  Exporter: typeof JsonExporter | typeof ProtobufExporter,
  gzip: boolean,
): SpanExporter {
  const options = { url: `${collector.url}/v1/traces`, headers: authorized }
  return new Exporter(gzip ? { ...options, compression: 'gzip' as never } : options)
}

test('spans of OpenTelemetry’s own SDK, as JSON and as protobuf, plain and gzip, appear with all that they say', async (t) => {
  const postgres = await startPostgres(t)
  const collector = await startCollectorProcess(t, postgres.urlFor('collector'))
  for (const Exporter of [JsonExporter, ProtobufExporter]) {
    for (const gzip of [false, true]) {
      const traceId = await checkOut(exporterTo(collector, Exporter, gzip))
      const { spans, complete } = await collector.get<TraceView>(`traces/${traceId}`)
      assert.equal(complete, true)
      assert.deepEqual(
        spans.map(({ name, kind, depth, scope, attributes, error }) => ({
          name,
          kind,
          depth,
          scope,
          attributes,
          error,
        })),
        [
          {
            name: 'POST /checkout',
            kind: 'server',
            depth: 0,
            scope: 'checkout',
            attributes: { 'http.route': '/checkout', pieces: 3 },
            error: undefined,
          },
          {
            name: 'charge',
            kind: 'client',
            depth: 1,
            scope: 'checkout',
            attributes: { gift: true, tags: ['a', 'b'] },
            error: 'declined',
          },
        ],
      )
      const [root, child] = spans
      assert.equal(child?.parentSpanId, root?.spanId)
      assert.deepEqual(
        child?.events.map(({ name, attributes }) => [name, attributes]),
        [['retry', { attempt: 2 }]],
      )
      assert.deepEqual(child?.links, [
        { traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), attributes: { why: 'order' } },
      ])
      assert.match(root?.service ?? '', /^unknown_service/)
    }
  }
  assert.equal((await collector.stats()).received.traces.rejected, 0)
})

test('what was written survives kill -9: it is found by id, and listed, as before', async (t) => {
  const postgres = await startPostgres(t)
  const first = await startCollectorProcess(t, postgres.urlFor('collector'))
  const traceId = await checkOut(exporterTo(first, JsonExporter, false))
  const before = await first.get<TraceView>(`traces/${traceId}`)
  await eventually(first.stats, ({ history }) => history?.writes.spans.written === 2)
  await first.kill()
  const second = await startCollectorProcess(t, postgres.urlFor('collector'))
  assert.equal((await second.stats()).recent.spans.count, 0, 'memory is new')
  assert.deepEqual(await second.get<TraceView>(`traces/${traceId}`), before)
  const later = await checkOut(exporterTo(second, ProtobufExporter, false))
  const { traces } = await second.get<{ traces: TraceSummary[] }>('traces?name=CHARGE&errors=true')
  assert.deepEqual(
    traces.map((one) => one.traceId),
    [later, traceId],
  )
})

async function tell(collector: CollectorProcess, ...metrics: readonly MetricRecord[]): Promise<void> {
  const body = new Uint8Array(encodeOtlp(otlpMetrics, 'json', batchOf(metrics)))
  const headers = { ...authorized, 'content-type': 'application/json' }
  assert.equal((await fetch(`${collector.url}/v1/metrics`, { method: 'POST', headers, body })).status, 200)
}

// The earliest time that there could be.
const always = 'since=0'

test('metrics that were written survive kill -9, and what was not written yet an orderly end', async (t) => {
  const postgres = await startPostgres(t)
  const url = postgres.urlFor('collector')
  const first = await startCollectorProcess(t, url, { METRIC_WRITE_SECONDS: '1' })
  await tell(first, counterOf(7))
  await eventually(
    () => first.get<{ metrics: MetricSummary[] }>(`metrics?${always}`),
    ({ metrics }) => metrics.length > 0,
  )
  await eventually(first.stats, ({ history }) => (history?.writes.metrics.written ?? 0) > 0)
  const before = await first.get<MetricView>(`metrics/orders?${always}`)
  await first.kill()

  // One that is asked to end long before it would have written.
  const second = await startCollectorProcess(t, url)
  assert.equal((await second.stats()).metrics.series, 0, 'memory is new')
  const { metrics } = await second.get<{ metrics: MetricSummary[] }>(`metrics?${always}`)
  assert.ok(metrics.some(({ name }) => name === 'orders'))
  const after = await second.get<MetricView>(`metrics/orders?${always}`)
  assert.deepEqual(after.series, before.series)
  assert.equal(after.complete, true)
  await tell(second, counterOf(9))
  await second.end()

  const third = await startCollectorProcess(t, url)
  const { series } = await third.get<MetricView>(`metrics/orders?${always}&stepMs=1000000000`)
  assert.deepEqual(
    series.map(({ points, increase }) => [points.map(([, value]) => value), increase?.amount]),
    [[[7, 9], 2]],
  )
})

test('while the database takes no metrics the latest are served, as many wait as fit, the rest is lost and counted', async (t) => {
  const postgres = await startPostgres(t)
  const url = postgres.urlFor('collector')
  const collector = await startCollectorProcess(t, url, { METRIC_WRITE_SECONDS: '1' })
  await using db = await openDatabase({ url })
  const [held, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holding = db.transaction(async (tx) => {
    await tx.run(sql`lock table metric_entry in exclusive mode`)
    held.resolve()
    await over.promise
  })
  await held.promise
  // Twelve megabytes of labels, where eight may wait.
  const label = 'x'.repeat(4_000)
  for (let at = 0; at < 3; at++) {
    const points = Array.from({ length: 1_000 }, (_, id) => ({
      attributes: { id, label },
      startMs: 0,
      timeMs: 1,
      value: 1,
    }))
    const { name, description, unit } = counterOf(0, `wide ${at}`)
    await tell(collector, { name, description, unit, kind: 'gauge', points })
  }
  const lost = ({ writes }: { writes: { metrics: { lost: Record<string, number> } } }): number =>
    writes.metrics.lost['queue-full'] ?? 0
  const { history } = await eventually(
    collector.stats,
    (stats) => stats.history !== undefined && lost(stats.history) > 0,
  )
  assert.ok((history?.writes.metrics.queued ?? 0) > 1_000 && (history?.writes.metrics.queued ?? 0) < 3_000)
  const { series } = await collector.get<MetricView>('metrics/wide 2')
  assert.equal(series.length, 1_000)
  await checkOut(exporterTo(collector, JsonExporter, false))
  await eventually(collector.stats, (stats) => stats.history?.writes.spans.written === 2)
  over.resolve()
  await holding
  const done = await eventually(collector.stats, (stats) => stats.history?.writes.metrics.queued === 0)
  const { stored } = await db.one(sql<{ stored: number }>`
    select coalesce(sum(count), 0)::int8 as stored from metric_entry`)
  assert.equal(done.history?.writes.metrics.written, stored)
  assert.equal(done.history?.writes.metrics.lost.refused, 0)
})
