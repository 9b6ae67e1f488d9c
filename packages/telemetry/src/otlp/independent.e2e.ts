import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import type { SpanRecord } from '../traces/span-record.ts'
import { encodeOtlp } from './encode.ts'
import type { OtlpForm } from './form.ts'
import type { LogRecord, MetricRecord } from './records.ts'
import { otlpLogs, otlpMetrics, otlpTraces, type OtlpSignal } from './signal.ts'

// What OpenTelemetry's own definitions make of our bytes, in the JSON of protobuf (ids and bytes in base64).
const decoder = `
import base64, json, sys
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

requests = {'traces': ExportTraceServiceRequest, 'metrics': ExportMetricsServiceRequest, 'logs': ExportLogsServiceRequest}

def plain(value):
    # OTLP's JSON has ids in hexadecimal, and is otherwise that of protobuf.
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    ids = ('traceId', 'spanId', 'parentSpanId')
    return {k: base64.b64encode(bytes.fromhex(v)).decode() if k in ids else plain(v) for k, v in value.items()}

given = json.load(sys.stdin)
message = requests[given['signal']]()
body = base64.b64decode(given['body'])
if given['form'] == 'json':
    json_format.ParseDict(plain(json.loads(body)), message)
else:
    message.ParseFromString(body)
assert not message.FindInitializationErrors()
json.dump(json_format.MessageToDict(message), sys.stdout)
`

const python = process.env['ASHLAR_PYTHON'] ?? 'python3'
const isThere =
  spawnSync(python, ['-c', 'import opentelemetry.proto.collector.trace.v1.trace_service_pb2']).status === 0
const skip = isThere ? false : 'python3 has no opentelemetry-proto (ASHLAR_PYTHON may name one that has)'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const parentSpanId = '00f067aa0ba902b7'
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')
const startMs = 1_767_225_600_000.25

const span: SpanRecord = {
  traceId,
  spanId,
  parentSpanId,
  name: 'GET /o\u00e9\u{1f600}/{id}',
  kind: 'server',
  startMs,
  durationMs: 1_234.567891,
  attributes: {
    text: 'x'.repeat(20_000),
    half: '\ud800',
    int: -42,
    large: Number.MAX_SAFE_INTEGER,
    double: 0.1,
    infinite: -Infinity,
    yes: true,
    list: ['a', ''],
    numbers: [1, 2.5],
    none: [],
  },
  error: 'ASHLAR_BREAKER_OPEN',
  events: [{ name: 'retry', timeMs: startMs + 1, attributes: { attempt: 2 } }],
  links: [{ traceId, spanId: parentSpanId, attributes: {} }],
}
const plainSpan: SpanRecord = {
  ...span,
  parentSpanId: undefined,
  kind: 'internal',
  error: undefined,
  attributes: {},
  events: [],
  links: [],
}
const log: LogRecord = {
  timeMs: startMs,
  severity: 17,
  severityText: 'error',
  body: 'bank unreachable',
  attributes: { order: 'o-1' },
  traceId,
  spanId,
}
const about = { description: 'What it says.', unit: 'ms' }
const point = { attributes: { method: 'GET' }, startMs: startMs - 1_000, timeMs: startMs }
const exemplar = { value: 7.5, timeMs: startMs, traceId, spanId }
const metrics: readonly MetricRecord[] = [
  { ...about, name: 'calls', kind: 'counter', temporality: 'cumulative', points: [{ ...point, value: 9 }] },
  { ...about, name: 'open', kind: 'up-down-counter', temporality: 'delta', points: [{ ...point, value: -1.5 }] },
  { ...about, name: 'level', kind: 'gauge', points: [{ ...point, startMs: 0, value: Number.NaN }] },
  {
    ...about,
    name: 'duration',
    kind: 'histogram',
    temporality: 'cumulative',
    points: [{ ...point, count: 6, sum: 31.5, bounds: [1, 10, 100.5], counts: [1, 2, 3, 0], exemplars: [exemplar] }],
  },
]

const start = '1767225600000250000'
const before = '1767225599000250000'
const end = '1767225601234817891'
const spanBase = { traceId: base64(traceId), spanId: base64(spanId), flags: 1, startTimeUnixNano: start }
const expectedSpan = {
  ...spanBase,
  parentSpanId: base64(parentSpanId),
  name: span.name,
  kind: 'SPAN_KIND_SERVER',
  endTimeUnixNano: end,
  attributes: [
    { key: 'text', value: { stringValue: 'x'.repeat(20_000) } },
    { key: 'half', value: { stringValue: '\ufffd' } },
    { key: 'int', value: { intValue: '-42' } },
    { key: 'large', value: { intValue: '9007199254740991' } },
    { key: 'double', value: { doubleValue: 0.1 } },
    { key: 'infinite', value: { doubleValue: '-Infinity' } },
    { key: 'yes', value: { boolValue: true } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: '' }] } } },
    { key: 'numbers', value: { arrayValue: { values: [{ intValue: '1' }, { doubleValue: 2.5 }] } } },
    { key: 'none', value: { arrayValue: {} } },
  ],
  status: { code: 'STATUS_CODE_ERROR', message: 'ASHLAR_BREAKER_OPEN' },
  events: [
    {
      name: 'retry',
      timeUnixNano: '1767225600001250000',
      attributes: [{ key: 'attempt', value: { intValue: '2' } }],
    },
  ],
  links: [{ traceId: base64(traceId), spanId: base64(parentSpanId) }],
}
const method = [{ key: 'method', value: { stringValue: 'GET' } }]
const times = { startTimeUnixNano: before, timeUnixNano: start }
const cumulative = 'AGGREGATION_TEMPORALITY_CUMULATIVE'
const expectedMetrics = [
  {
    ...about,
    name: 'calls',
    sum: {
      aggregationTemporality: cumulative,
      isMonotonic: true,
      dataPoints: [{ attributes: method, ...times, asDouble: 9 }],
    },
  },
  {
    ...about,
    name: 'open',
    sum: {
      aggregationTemporality: 'AGGREGATION_TEMPORALITY_DELTA',
      dataPoints: [{ attributes: method, ...times, asDouble: -1.5 }],
    },
  },
  {
    ...about,
    name: 'level',
    gauge: { dataPoints: [{ attributes: method, timeUnixNano: start, asDouble: 'NaN' }] },
  },
  {
    ...about,
    name: 'duration',
    histogram: {
      aggregationTemporality: cumulative,
      dataPoints: [
        {
          attributes: method,
          ...times,
          count: '6',
          sum: 31.5,
          bucketCounts: ['1', '2', '3', '0'],
          explicitBounds: [1, 10, 100.5],
          exemplars: [{ timeUnixNano: start, asDouble: 7.5, spanId: base64(spanId), traceId: base64(traceId) }],
        },
      ],
    },
  },
]
const expectedLog = {
  timeUnixNano: start,
  observedTimeUnixNano: start,
  severityNumber: 'SEVERITY_NUMBER_ERROR',
  severityText: 'error',
  body: { stringValue: 'bank unreachable' },
  attributes: [{ key: 'order', value: { stringValue: 'o-1' } }],
  traceId: base64(traceId),
  spanId: base64(spanId),
}
const expectedPlain = { ...spanBase, name: span.name, kind: 'SPAN_KIND_INTERNAL', endTimeUnixNano: end }

suite('OpenTelemetry’s own definitions, in Python,', { skip }, () => {
  for (const form of ['protobuf', 'json'] as const) {
    test(`read our traces in ${form} as they were meant`, () => {
      reads(otlpTraces, form, [span, plainSpan], [expectedSpan, { ...expectedPlain }])
    })
    test(`read our metrics in ${form} as they were meant`, () => reads(otlpMetrics, form, metrics, expectedMetrics))
    test(`read our logs in ${form} as they were meant`, () => reads(otlpLogs, form, [log], [expectedLog]))
  }
})

function reads<T>(signal: OtlpSignal<T>, form: OtlpForm, records: readonly T[], expected: readonly unknown[]): void {
  const resource = { 'service.name': 'order', 'service.instance.id': 'order-1' }
  const body = encodeOtlp(signal, form, { resource, scope: { name: '@ashlar/telemetry', version: '1' }, records })
  const input = JSON.stringify({ signal: signal.name, form, body: body.toString('base64') })
  const run = spawnSync(python, ['-c', decoder], { input, encoding: 'utf8', maxBuffer: 1 << 24 })
  assert.equal(run.status, 0, run.stderr)
  const { resources, scopes, records: key } = signal.keys
  const attributes = [
    { key: 'service.name', value: { stringValue: 'order' } },
    { key: 'service.instance.id', value: { stringValue: 'order-1' } },
  ]
  const scope = { name: '@ashlar/telemetry', version: '1' }
  assert.deepEqual(JSON.parse(run.stdout), {
    [resources]: [{ resource: { attributes }, [scopes]: [{ scope, [key]: expected }] }],
  })
}
