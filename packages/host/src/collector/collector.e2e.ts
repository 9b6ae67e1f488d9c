import assert from 'node:assert/strict'
import test from 'node:test'
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace'
import {
  authorized,
  eventually,
  startCollectorProcess,
  startPostgres,
  type CollectorProcess,
} from './collector-process.test.support.ts'
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
