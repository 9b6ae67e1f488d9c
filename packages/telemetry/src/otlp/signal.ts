import type { SpanRecord } from '../traces/span-record.ts'
import type { JsonObject } from './json/json-fields.ts'
import { logOf, logToJson } from './json/json-logs.ts'
import { metricFrom, metricToJson } from './json/json-metrics.ts'
import { spanOf, spanToJson } from './json/json-spans.ts'
import type { Keeper } from './limits.ts'
import { readLog, writeLog } from './protobuf/proto-logs.ts'
import { readMetric, writeMetric } from './protobuf/proto-metrics.ts'
import type { ProtoReader } from './protobuf/proto-reader.ts'
import { readSpan, writeSpan } from './protobuf/proto-spans.ts'
import type { ProtoWriter } from './protobuf/proto-writer.ts'
import type { LogRecord, MetricRecord } from './records.ts'

/** One of the three kinds of telemetry: what its records are called, and how they are written and read. */
export interface OtlpSignal<T> {
  readonly name: 'traces' | 'metrics' | 'logs'
  /** Below the receiver's address. */
  readonly path: string
  /** What the JSON form calls the levels of a request, and what was rejected of one. */
  readonly keys: {
    readonly resources: string
    readonly scopes: string
    readonly records: string
    readonly rejected: string
  }
  /** Whether what counts are the points within the records. */
  readonly holdsPoints: boolean
  /** For how many it counts: data points, or one. */
  weigh(record: T): number
  write(writer: ProtoWriter, record: T): void
  read(reader: ProtoReader, keeper: Keeper): T | undefined
  toJson(record: T): JsonObject
  fromJson(value: unknown, keeper: Keeper): T | undefined
}

export const otlpTraces: OtlpSignal<SpanRecord> = {
  name: 'traces',
  path: '/v1/traces',
  keys: { resources: 'resourceSpans', scopes: 'scopeSpans', records: 'spans', rejected: 'rejectedSpans' },
  holdsPoints: false,
  weigh: () => 1,
  write: writeSpan,
  read: readSpan,
  toJson: spanToJson,
  fromJson: spanOf,
}

export const otlpMetrics: OtlpSignal<MetricRecord> = {
  name: 'metrics',
  path: '/v1/metrics',
  keys: { resources: 'resourceMetrics', scopes: 'scopeMetrics', records: 'metrics', rejected: 'rejectedDataPoints' },
  holdsPoints: true,
  weigh: (metric) => metric.points.length,
  write: writeMetric,
  read: readMetric,
  toJson: metricToJson,
  fromJson: metricFrom,
}

export const otlpLogs: OtlpSignal<LogRecord> = {
  name: 'logs',
  path: '/v1/logs',
  keys: { resources: 'resourceLogs', scopes: 'scopeLogs', records: 'logRecords', rejected: 'rejectedLogRecords' },
  holdsPoints: false,
  weigh: () => 1,
  write: writeLog,
  read: readLog,
  toJson: logToJson,
  fromJson: logOf,
}
