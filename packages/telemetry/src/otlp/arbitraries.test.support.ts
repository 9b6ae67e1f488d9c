import * as fc from 'fast-check'
import type { Attributes, AttributeValue, SpanKind, SpanRecord } from '../traces/span-record.ts'
import type { HistogramPointRecord, LogRecord, MetricRecord, OtlpBatch, Resource, Scope } from './records.ts'
import { otlpLogs, otlpMetrics, otlpTraces, type OtlpSignal } from './signal.ts'

// Everything that survives the way there and back: well-formed text, times to the quarter of a microsecond.
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.constantFrom('__proto__', 'constructor', ''))
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double().map((value) => (value === 0 ? 0 : value)),
)
const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.array(text, { maxLength: 5 }),
  fc.array(number, { maxLength: 5 }),
  fc.array(fc.boolean(), { maxLength: 5 }),
)
const attributes: fc.Arbitrary<Attributes> = fc
  .array(fc.tuple(text, value), { maxLength: 8 })
  .map((entries) => Object.fromEntries(entries))
const hex = (digits: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`)).filter((id) => !/^0+$/.test(id))
const traceId = hex(32)
const spanId = hex(16)
const timeMs = fc.integer({ min: 2 ** 52, max: 2 ** 53 - 1 }).map((units) => units / 4_096)
const durationMs = fc.nat({ max: 1e14 }).map((nanos) => nanos / 1e6)
/** As object literals are, which is what comes out. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>
}

const kind = fc.constantFrom<SpanKind[]>('internal', 'server', 'client', 'producer', 'consumer')

const span: fc.Arbitrary<SpanRecord> = record({
  traceId,
  spanId,
  parentSpanId: fc.option(spanId, { nil: undefined }),
  name: text,
  kind,
  startMs: timeMs,
  durationMs,
  attributes,
  error: fc.option(text, { nil: undefined }),
  events: fc.array(record({ name: text, timeMs, attributes }), { maxLength: 3 }),
  links: fc.array(record({ traceId, spanId, attributes }), { maxLength: 3 }),
})

const log: fc.Arbitrary<LogRecord> = record({
  timeMs,
  severity: fc.integer({ min: 0, max: 24 }),
  severityText: text,
  body: text,
  attributes,
  traceId: fc.option(traceId, { nil: undefined }),
  spanId: fc.option(spanId, { nil: undefined }),
})

const point = { attributes, startMs: timeMs, timeMs }
const numberPoints = fc.array(record({ ...point, value: number }), { minLength: 1, maxLength: 4 })
const exemplar = record({ value: number, timeMs: point.timeMs, traceId, spanId })
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
// Nothing lies below minus infinity, so that it is no bound; what is above the last one has no end as it is.
const histogramPoint: fc.Arbitrary<HistogramPointRecord> = fc
  .uniqueArray(number.filter(Number.isFinite), { maxLength: 20 })
  .chain((bounds) => {
    const counts = fc.array(count, { minLength: bounds.length + 1, maxLength: bounds.length + 1 })
    const exemplars = fc.array(exemplar, { maxLength: 3 })
    const ascending = fc.constant(bounds.toSorted((a, b) => a - b))
    return record({ ...point, count, sum: number, bounds: ascending, counts, exemplars })
  })
const histogramPoints = fc.array(histogramPoint, { minLength: 1, maxLength: 3 })
const about = { name: text.filter((name) => name !== ''), description: text, unit: text }
const temporality = fc.constantFrom<('cumulative' | 'delta')[]>('cumulative', 'delta')
const sumKind = fc.constantFrom<('counter' | 'up-down-counter')[]>('counter', 'up-down-counter')
const metric: fc.Arbitrary<MetricRecord> = fc.oneof(
  record({ ...about, kind: fc.constant('gauge' as const), points: numberPoints }),
  record({ ...about, kind: sumKind, temporality, points: numberPoints }),
  record({ ...about, kind: fc.constant('histogram' as const), temporality, points: histogramPoints }),
)

const scope: fc.Arbitrary<Scope> = record({ name: text, version: text })
const resource: fc.Arbitrary<Resource> = attributes

/** A kind of telemetry with requests of it, the type of its records forgotten so that all can be tried alike. */
export interface Sample {
  readonly signal: OtlpSignal<unknown>
  readonly batch: fc.Arbitrary<OtlpBatch<unknown>>
}

function sample<T>(signal: OtlpSignal<T>, each: fc.Arbitrary<T>): Sample {
  const batch = record({ resource, scope, records: fc.array(each, { minLength: 1, maxLength: 6 }) })
  return { signal, batch }
}

export const samples: readonly Sample[] = [sample(otlpTraces, span), sample(otlpMetrics, metric), sample(otlpLogs, log)]
