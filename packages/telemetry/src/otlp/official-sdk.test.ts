import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { decodeOtlp } from './decode.ts'
import { otlpTraces } from './signal.ts'

const startMs = 1_767_225_600_000

/** Two spans as the official SDK records them. */
async function recorded(): Promise<ReadableSpan[]> {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  const tracer = provider.getTracer('lib', '2.1')
  const far = tracer.startSpan('far', { startTime: startMs })
  const span = tracer.startSpan('pay', {
    kind: SpanKind.CLIENT,
    startTime: [startMs / 1_000, 250_000],
    attributes: { text: 'ü', int: 3, double: 0.5, yes: false, list: ['a', 'b'], mixed: ['a', null] },
    links: [{ context: far.spanContext(), attributes: { why: 'batch' } }],
  })
  span.addEvent('retry', { attempt: 2 }, startMs + 1)
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'declined' })
  span.end(startMs + 5)
  far.end(startMs + 7)
  await provider.forceFlush()
  return exporter.getFinishedSpans()
}

for (const [form, serializer] of [
  ['protobuf', ProtobufTraceSerializer],
  ['json', JsonTraceSerializer],
] as const) {
  test(`spans that the official JavaScript SDK sends in ${form} are read as it recorded them`, async () => {
    const spans = await recorded()
    const [pay, far] = spans
    const request = serializer.serializeRequest(spans) as Uint8Array
    const { batches, losses } = decodeOtlp(otlpTraces, form, request)
    assert.deepEqual(Object.values(losses), [0, 0, 0, 0, 0])
    const [batch = assert.fail(), ...others] = batches
    assert.equal(others.length, 0)
    assert.deepEqual(batch.scope, { name: 'lib', version: '2.1' })
    assert.equal(batch.resource['telemetry.sdk.language'], 'nodejs')
    const ids = (span: ReadableSpan | undefined): object => {
      const { traceId, spanId } = span?.spanContext() ?? assert.fail()
      return { traceId, spanId }
    }
    assert.deepEqual(batch.records[0], {
      ...ids(pay),
      parentSpanId: undefined,
      name: 'pay',
      kind: 'client',
      startMs: startMs + 0.25,
      durationMs: 4.75,
      attributes: { text: 'ü', int: 3, double: 0.5, yes: false, list: ['a', 'b'], mixed: '["a",null]' },
      error: 'declined',
      events: [{ name: 'retry', timeMs: startMs + 1, attributes: { attempt: 2 } }],
      links: [{ ...ids(far), attributes: { why: 'batch' } }],
    })
    assert.equal(batch.records[1]?.durationMs, 7)
  })
}
