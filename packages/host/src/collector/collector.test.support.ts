import type { TestContext } from 'node:test'
import { startService, type RunningService } from '@ashlar/service'
import type { LogRecord, MetricRecord } from '@ashlar/telemetry/otlp'
import { encodeOtlp, otlpTraces, type OtlpBatch, type OtlpForm } from '@ashlar/telemetry/otlp'
import type { SpanRecord } from '@ashlar/telemetry/traces'
import { collectorService } from './collector-service.ts'

const key = 'the-key-of-the-tests-of-the-collector'
export const authorized = { authorization: `Bearer ${key}` }
export const traceId = '0af7651916cd43dd8448eb211c80319c'

/** A collector within this process, which forgets everything with the test. */
export async function startCollector(t: TestContext, env: Record<string, string> = {}): Promise<RunningService> {
  const destination = { write: () => undefined }
  const running = await startService(
    collectorService,
    { COLLECTOR_KEY: key, LOG: 'silent', TELEMETRY: 'off', ...env },
    { destination },
  )
  t.after(() => running.close())
  return running
}

export function spanOf(fields: Partial<SpanRecord> = {}): SpanRecord {
  const ids = { traceId, spanId: 'b7ad6b7169203331', parentSpanId: undefined }
  const timing = { startMs: 1_700_000_000_000.25, durationMs: 12.5 }
  const rest = { kind: 'server', attributes: {}, error: undefined, events: [], links: [] } as const
  return { ...ids, name: 'GET /orders', ...timing, ...rest, ...fields }
}

export function logOf(fields: Partial<LogRecord> = {}): LogRecord {
  const ids = { traceId, spanId: 'b7ad6b7169203331' }
  return {
    timeMs: 1_700_000_000_001,
    severity: 9,
    severityText: 'info',
    body: 'order paid',
    attributes: {},
    ...ids,
    ...fields,
  }
}

export function counterOf(value: number, name = 'orders', startMs = 0): MetricRecord {
  const points = [{ attributes: { method: 'card' }, startMs, timeMs: 1, value }]
  return { name, description: 'Orders.', unit: '{order}', kind: 'counter', temporality: 'cumulative', points }
}

export function batchOf<T>(records: readonly T[], service = 'order'): OtlpBatch<T> {
  return { resource: { 'service.name': service }, scope: { name: 'test', version: '1' }, records }
}

export function tracesBody(spans: readonly SpanRecord[], form: OtlpForm = 'json', service = 'order'): Buffer {
  return encodeOtlp(otlpTraces, form, batchOf(spans, service))
}
