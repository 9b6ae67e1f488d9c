import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode, systemClock } from '@ashlar/kernel'
import type { SpanRecord } from '../traces/span-record.ts'
import { decodeOtlp } from './decode.ts'
import { encodeOtlp } from './encode.ts'
import { someSpan, someSpans } from './exporter/receiver.test.support.ts'
import type { OtlpForm } from './form.ts'
import { ProtoWriter } from './protobuf/proto-writer.ts'
import { decodeOtlpResponse, encodeOtlpResponse } from './response.ts'
import { otlpLogs, otlpMetrics, otlpTraces } from './signal.ts'
import { later, toUnixNano } from './unix-nano.ts'

const forms: readonly OtlpForm[] = ['protobuf', 'json']
const sender = { resource: { 'service.name': 'x' }, scope: { name: '', version: '' } }
const malformed = (error: unknown): boolean => hasCode(error, 'ASHLAR_OTLP_MALFORMED')

function sent(form: OtlpForm, records: readonly SpanRecord[]): Buffer {
  return encodeOtlp(otlpTraces, form, { ...sender, records })
}

/** Protobuf, nested as tags say, around what `write` writes. */
function nested(tags: readonly number[], write: (writer: ProtoWriter) => void): Buffer {
  const writer = new ProtoWriter()
  const starts = tags.map((tag) => writer.begin(tag))
  write(writer)
  for (const start of starts.toReversed()) writer.end(start)
  return writer.view()
}

const withinSpan = [0x0a, 0x12, 0x12]

for (const form of forms) {
  test(`a request in ${form} that ends at any of its bytes too early is refused`, () => {
    const whole = sent(form, someSpans(2))
    for (let length = 1; length < whole.length; length++) {
      assert.throws(() => decodeOtlp(otlpTraces, form, whole.subarray(0, length)), malformed)
    }
  })

  test(`spans beyond the limit of a request are dropped and counted, in ${form}`, () => {
    const { batches, losses } = decodeOtlp(otlpTraces, form, sent(form, someSpans(7)), { maxRecords: 5 })
    assert.equal(batches[0]?.records.length, 5)
    assert.equal(losses.droppedRecords, 2)
  })

  test(`data points, not metrics, are what is limited, in ${form}`, () => {
    const points = Array.from({ length: 7 }, (_, at) => ({ attributes: {}, startMs: 0, timeMs: 1, value: at }))
    const records = [{ name: 'm', description: '', unit: '', kind: 'gauge' as const, points }]
    const request = encodeOtlp(otlpMetrics, form, { ...sender, records })
    const { batches, losses } = decodeOtlp(otlpMetrics, form, request, { maxRecords: 5 })
    assert.equal(batches[0]?.records[0]?.points.length, 5)
    assert.equal(losses.droppedRecords, 2)
  })

  test(`attributes, texts, events and links beyond their limits are cut and counted, in ${form}`, () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`key${at}`, at]))
    const event = { name: 'e', timeMs: 1, attributes: {} }
    const { traceId, spanId } = someSpan()
    const span = {
      ...someSpan({ ...many }),
      name: `${'a'.repeat(9)}\u{1f600}tail`,
      events: Array.from({ length: 6 }, () => event),
      links: Array.from({ length: 6 }, () => ({ traceId, spanId, attributes: {} })),
    }
    const limits = { maxAttributes: 4, maxTextLength: 11, maxItems: 5 }
    const { batches, losses } = decodeOtlp(otlpTraces, form, sent(form, [span]), limits)
    const [kept = assert.fail()] = batches[0]?.records ?? []
    assert.deepEqual(kept.attributes, { key0: 0, key1: 1, key2: 2, key3: 3 })
    // Not through the middle of the pair.
    assert.equal(kept.name, `${'a'.repeat(9)}…`)
    assert.equal(kept.events.length, 5)
    assert.equal(kept.links.length, 5)
    assert.equal(losses.droppedItems, 5 + 1 + 1)
    assert.ok(losses.cutValues >= 1)
  })

  test(`events and links, which are small to send, are limited in all spans of a request together, in ${form}`, () => {
    const { traceId, spanId } = someSpan()
    const events = Array.from({ length: 12 }, () => ({ name: '', timeMs: 0, attributes: {} }))
    const links = Array.from({ length: 3 }, () => ({ traceId, spanId, attributes: {} }))
    const spans = Array.from({ length: 3 }, () => ({ ...someSpan(), events, links }))
    const { batches, losses } = decodeOtlp(otlpTraces, form, sent(form, spans), { maxRecords: 3 })
    assert.deepEqual(
      batches[0]?.records.map((span) => span.events.length + span.links.length),
      [15, 15, 0],
    )
    assert.equal(losses.droppedItems, 15)
  })

  test(`a span whose ids are none is dropped and counted, in ${form}`, () => {
    const zero = { ...someSpan(), traceId: '0'.repeat(32) }
    const short = { ...someSpan(), spanId: 'b7ad6b71' }
    const { batches, losses } = decodeOtlp(otlpTraces, form, sent(form, [zero, short, someSpan()]))
    assert.equal(batches[0]?.records.length, 1)
    assert.equal(losses.invalidRecords, 2)
  })

  test(`a histogram whose buckets do not fit its bounds is dropped and counted, in ${form}`, () => {
    const point = { attributes: {}, startMs: 1, timeMs: 2, count: 3, sum: 4, exemplars: [] }
    const points = [
      { ...point, bounds: [1, 2], counts: [1, 1] },
      { ...point, bounds: [2, 1], counts: [1, 1, 1] },
      { ...point, bounds: [], counts: [] },
    ]
    const records = [
      { name: 'm', description: '', unit: '', kind: 'histogram' as const, temporality: 'delta' as const, points },
    ]
    const { batches, losses } = decodeOtlp(otlpMetrics, form, encodeOtlp(otlpMetrics, form, { ...sender, records }))
    assert.deepEqual(batches[0]?.records[0]?.points, [{ ...point, bounds: [], counts: [3] }])
    assert.equal(losses.invalidRecords, 2)
  })
}

test('a histogram that counts in what is no number of things, or bounds by what is no number, is dropped and counted', () => {
  const good = { count: '2', sum: 3, bucketCounts: ['1', '1'], explicitBounds: [5] }
  const dataPoints = [
    good,
    { ...good, count: 'NaN' },
    { ...good, bucketCounts: ['-1', '3'] },
    { ...good, bucketCounts: ['NaN', '1'] },
    { ...good, explicitBounds: ['NaN'] },
    { count: '-2', sum: 3 },
  ]
  const metrics = [{ name: 'm', histogram: { dataPoints, aggregationTemporality: 2 } }]
  const request = Buffer.from(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }))
  const { batches, losses } = decodeOtlp(otlpMetrics, 'json', request)
  assert.deepEqual([batches[0]?.records[0]?.points.length, losses.invalidRecords], [1, 5])
})

test('a length that reaches beyond the end, or has no end, is refused', () => {
  for (const bytes of [
    [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
    [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    [0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    [0x00],
    [0x0b],
    [0x09, 0x00],
  ]) {
    assert.throws(() => decodeOtlp(otlpTraces, 'protobuf', Uint8Array.from(bytes)), malformed)
  }
})

test('fields that nobody knows are passed over, of every type', () => {
  const { traceId, spanId } = someSpan()
  const bytes = nested(withinSpan, (writer) => {
    writer.uint32(1_000 * 8, 7)
    writer.fixed32(1_000 * 8 + 5, 7)
    writer.fixed64(1_000 * 8 + 1, 7)
    writer.string(1_000 * 8 + 2, 'future')
    writer.hex(0x0a, traceId)
    writer.hex(0x12, spanId)
  })
  const [span] = decodeOtlp(otlpTraces, 'protobuf', bytes).batches[0]?.records ?? []
  assert.equal(span?.spanId, spanId)
  const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId, future: [{}] }], x: 1 }] }], y: 2 }
  const [same] = decodeOtlp(otlpTraces, 'json', Buffer.from(JSON.stringify(request))).batches[0]?.records ?? []
  assert.deepEqual(same, span)
})

test('values nested deeper than anybody looks are cut and counted, however deep', () => {
  const { traceId, spanId } = someSpan()
  const depth = 5_000
  const bytes = nested(withinSpan, (writer) => {
    writer.hex(0x0a, traceId)
    writer.hex(0x12, spanId)
    const starts = [0x4a, 0x12, ...Array.from({ length: depth }, (_, at) => (at % 2 === 0 ? 0x2a : 0x0a))].map((tag) =>
      writer.begin(tag),
    )
    for (const start of starts.toReversed()) writer.end(start)
  })
  const read = decodeOtlp(otlpTraces, 'protobuf', bytes)
  assert.deepEqual(read.batches[0]?.records[0]?.attributes, { '': '[[[[[[[[[null]]]]]]]]]' })
  assert.equal(read.losses.cutValues, 1)

  const value = '{"arrayValue":{"values":['.repeat(depth) + ']}}'.repeat(depth)
  const span = `{"traceId":"${traceId}","spanId":"${spanId}","attributes":[{"key":"","value":${value}}]}`
  const json = decodeOtlp(otlpTraces, 'json', Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`))
  assert.deepEqual(json, { ...read, batches: json.batches })
  assert.deepEqual(json.batches[0]?.records, read.batches[0]?.records)
  assert.throws(() => decodeOtlp(otlpTraces, 'json', Buffer.from('['.repeat(1e6))), malformed)
})

test('maps, bytes, mixed lists and integers beyond 53 bits come out as text that says the same', () => {
  const any = [
    { key: 'map', value: { kvlistValue: { values: [{ key: '__proto__', value: { intValue: '1' } }] } } },
    { key: 'bytes', value: { bytesValue: 'AQID' } },
    { key: 'mixed', value: { arrayValue: { values: [{ intValue: 1 }, { stringValue: 'a' }, {}] } } },
    { key: 'large', value: { intValue: '-9223372036854775808' } },
    { key: 'none', value: {} },
    { key: 'nan', value: { doubleValue: 'NaN' } },
  ]
  const { traceId, spanId } = someSpan()
  const span = { traceId: traceId.toUpperCase(), spanId, attributes: any, kind: 99, startTimeUnixNano: 1_500_000 }
  const request = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }
  const [read] = decodeOtlp(otlpTraces, 'json', Buffer.from(JSON.stringify(request))).batches[0]?.records ?? []
  assert.deepEqual(read?.attributes, {
    map: '{"__proto__":1}',
    bytes: 'AQID',
    mixed: '[1,"a",null]',
    large: '-9223372036854775808',
    none: '',
    nan: Number.NaN,
  })
  assert.equal(read?.traceId, traceId)
  assert.equal(read?.kind, 'internal')
  assert.equal(read?.startMs, 1.5)
  const large = nested(withinSpan, (writer) => {
    writer.hex(0x0a, traceId)
    writer.hex(0x12, spanId)
    writer.raw(
      Uint8Array.from([0x4a, 0x0d, 0x12, 0x0b, 0x18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]),
    )
  })
  const attributes = decodeOtlp(otlpTraces, 'protobuf', large).batches[0]?.records[0]?.attributes
  assert.deepEqual(attributes, { '': '-9223372036854775808' })
})

test('what has the right names and the wrong types is refused, naming the place and not what was sent', () => {
  for (const [request, where] of [
    ['"secret"', /the request/],
    ['{"resourceLogs":"secret"}', /resourceLogs/],
    ['{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"secret"}]}]}]}', /timeUnixNano/],
    ['{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"intValue":"secret"}}]}]}]}', /intValue/],
    ['{secret', /not JSON/],
  ] as const) {
    assert.throws(
      () => decodeOtlp(otlpLogs, 'json', Buffer.from(request)),
      (error: Error) => malformed(error) && where.test(error.message) && !error.message.includes('secret'),
    )
  }
})

test('a span that ended before it began took no time, and a fraction may round up to the next second', () => {
  const { traceId, spanId } = someSpan()
  const times = { startTimeUnixNano: '2000000000', endTimeUnixNano: '1999999999' }
  const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId, ...times }] }] }] }
  const [span] = decodeOtlp(otlpTraces, 'json', Buffer.from(JSON.stringify(request))).batches[0]?.records ?? []
  assert.equal(span?.durationMs, 0)
  assert.deepEqual(toUnixNano(1_999.999_999_9), { seconds: 2, nanos: 0 })
  assert.deepEqual(toUnixNano(-1), { seconds: 0, nanos: 0 })
  assert.deepEqual(later(toUnixNano(1_000), Infinity), { seconds: 2 ** 32 - 1, nanos: 999_999_999 })
})

test('groups without records are not kept, however many come', () => {
  const many = nested([0x0a], (writer) => writer.raw(Buffer.alloc(1 << 16, Uint8Array.from([0x12, 0x00]))))
  assert.deepEqual(decodeOtlp(otlpTraces, 'protobuf', many).batches, [])
  const spans = decodeOtlp(otlpTraces, 'json', Buffer.from(`{"resourceSpans":[${'{},'.repeat(1_000)}{}]}`))
  assert.deepEqual(spans.batches, [])
})

test('a megabyte of the smallest fields takes about twice as long as half of it', () => {
  const tiny = Buffer.alloc(1 << 20, Uint8Array.from([0x4a, 0x00]))
  const time = (bytes: Buffer): number => {
    const request = nested(withinSpan, (writer) => writer.raw(bytes))
    let best = Infinity
    for (let run = 0; run < 5; run++) {
      const startMs = systemClock.now()
      decodeOtlp(otlpTraces, 'protobuf', request)
      best = Math.min(best, systemClock.now() - startMs)
    }
    return best
  }
  const halfMs = time(tiny.subarray(0, 1 << 19))
  const wholeMs = time(tiny)
  assert.ok(wholeMs < 5 * halfMs + 20, `${wholeMs} ms against ${halfMs} ms`)
})

test('an answer says what was not taken, in both forms; one that makes no sense says nothing', () => {
  for (const form of forms) {
    const partial = { rejected: 3, message: 'too old' }
    assert.deepEqual(decodeOtlpResponse(otlpTraces, form, encodeOtlpResponse(otlpTraces, form, partial)), partial)
    assert.equal(decodeOtlpResponse(otlpTraces, form, encodeOtlpResponse(otlpTraces, form)), undefined)
    assert.equal(decodeOtlpResponse(otlpTraces, form, Buffer.from('<html>')), undefined)
  }
})

test('a receiver that counts what it rejected as less than nothing, or as no number, has rejected nothing', () => {
  for (const rejected of [-5, 'NaN', '-Infinity', 0.5]) {
    const body = Buffer.from(JSON.stringify({ partialSuccess: { rejectedSpans: rejected, errorMessage: 'odd' } }))
    assert.deepEqual(decodeOtlpResponse(otlpTraces, 'json', body), { rejected: 0, message: 'odd' }, `${rejected}`)
  }
  const negative = encodeOtlpResponse(otlpTraces, 'protobuf', { rejected: -5, message: 'odd' })
  assert.deepEqual(decodeOtlpResponse(otlpTraces, 'protobuf', negative), { rejected: 0, message: 'odd' })
})
