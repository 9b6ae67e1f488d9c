import assert from 'node:assert/strict'
import { connect } from 'node:net'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { readSse } from '@ashlar/http/client'
import {
  contentTypeOf,
  decodeOtlpResponse,
  encodeOtlp,
  otlpLogs,
  otlpMetrics,
  otlpTraces,
} from '@ashlar/telemetry/otlp'
import type { CollectorStats } from './collector-stats.ts'
import {
  authorized,
  batchOf,
  counterOf,
  logOf,
  spanOf,
  startCollector,
  traceId,
  tracesBody,
} from './collector.test.support.ts'
import type { TraceView } from './query/trace-view.ts'

const jsonType = { 'content-type': 'application/json' }

async function post(
  url: string,
  path: string,
  body: Uint8Array,
  headers: Record<string, string> = jsonType,
): Promise<Response> {
  return fetch(url + path, { method: 'POST', body: new Uint8Array(body), headers: { ...authorized, ...headers } })
}

async function get<T>(url: string, path: string): Promise<T> {
  const answer = await fetch(`${url}/api/v1/${path}`, { headers: authorized })
  assert.equal(answer.status, 200, `${path}: ${answer.status}`)
  return (await answer.json()) as T
}

for (const form of ['json', 'protobuf'] as const) {
  for (const encoding of ['plain', 'gzip'] as const) {
    test(`a trace that is sent as ${form}, ${encoding}, comes back whole`, async (t) => {
      const { url } = await startCollector(t)
      const span = spanOf({
        error: 'DECLINED',
        attributes: { sku: 'mug', pieces: 3, gift: true, tags: ['a', 'b'] },
        events: [{ name: 'retry', timeMs: 1_700_000_000_005, attributes: { attempt: 2 } }],
        links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), attributes: {} }],
      })
      const body = tracesBody([span], form)
      const headers = { 'content-type': `${contentTypeOf(form)}; charset=utf-8` }
      const answer =
        encoding === 'gzip'
          ? await post(url, '/v1/traces', gzipSync(body), { ...headers, 'content-encoding': 'gzip' })
          : await post(url, '/v1/traces', body, headers)
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('content-type'), contentTypeOf(form))
      assert.equal(decodeOtlpResponse(otlpTraces, form, await answer.bytes()), undefined)
      const trace = await get<TraceView>(url, `traces/${traceId}`)
      const { parentSpanId: _, ...sent } = span
      assert.deepEqual(trace.spans, [{ ...sent, service: 'order', scope: 'test', depth: 0 }])
      assert.equal(trace.complete, true)
    })
  }
}

test('who does not show the key gets and leaves nothing', async (t) => {
  const { url } = await startCollector(t)
  const anyone = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    body: tracesBody([spanOf()]).toString(),
    headers: jsonType,
  })
  assert.deepEqual([anyone.status, await anyone.json()], [401, { code: 16, message: 'the key is missing or wrong' }])
  for (const path of ['/api/v1/traces', '/api/v1/stats', '/api/v1/stream', '/']) {
    assert.equal((await fetch(url + path, { headers: { authorization: 'Bearer no' } })).status, 401, path)
  }
  const page = await fetch(`${url}/api/v1/stats`, { headers: { ...authorized, origin: 'https://evil.example' } })
  assert.equal(page.status, 403)
  assert.equal((await get<{ traces: unknown[] }>(url, 'traces')).traces.length, 0)
})

test('what is no export request is refused in OTLP’s own form, and the reason is in words', async (t) => {
  const { url } = await startCollector(t)
  const broken = await post(url, '/v1/traces', Buffer.from('{"resourceSpans": 7}'))
  assert.equal(broken.status, 400)
  const status = (await broken.json()) as { code: number; message: string }
  assert.equal(status.code, 3)
  assert.match(status.message, /^not OTLP at resourceSpans: /)
  const cut = await post(url, '/v1/logs', Buffer.from([0x0a, 0xff]), { 'content-type': 'application/x-protobuf' })
  assert.equal(cut.status, 400)
  // google.rpc.Status: 3 is INVALID_ARGUMENT.
  assert.deepEqual([...(await cut.bytes()).subarray(0, 3)], [0x08, 3, 0x12])
  const statusOf = async (body: string, headers: Record<string, string>): Promise<number> =>
    (await post(url, '/v1/metrics', Buffer.from(body), headers)).status
  assert.equal(await statusOf('{}', { 'content-type': 'text/plain' }), 415)
  assert.equal(await statusOf('{}', { ...jsonType, 'content-encoding': 'br' }), 415)
  assert.equal(await statusOf('{}', { ...jsonType, 'content-encoding': 'gzip' }), 400)
  assert.equal((await fetch(`${url}/v1/traces`, { headers: authorized })).status, 405)
  const { received } = await get<CollectorStats>(url, 'stats')
  assert.deepEqual(received.traces.refusedRequests, { invalid_argument: 1, unimplemented: 1 })
})

test('a body that is too large, or becomes so when it is inflated, is refused before it takes the room', async (t) => {
  const { url } = await startCollector(t)
  const bomb = gzipSync(Buffer.alloc(64 * 1_024 * 1_024, 0x20))
  const before = process.memoryUsage().rss
  for (let at = 0; at < 5; at++) {
    const answer = await post(url, '/v1/traces', bomb, { ...jsonType, 'content-encoding': 'gzip' })
    assert.deepEqual([answer.status, ((await answer.json()) as { code: number }).code], [413, 8])
  }
  assert.ok(process.memoryUsage().rss - before < 128 * 1_024 * 1_024)
  const large = await post(url, '/v1/traces', Buffer.alloc(17 * 1_024 * 1_024, 0x20)).catch(() => undefined)
  assert.ok(large === undefined || large.status === 413)
})

test('what is beyond the limits is left out, the sender told how many, and counted', async (t) => {
  const { url } = await startCollector(t)
  const spans = Array.from({ length: 10_005 }, (_, at) => spanOf({ spanId: (at + 1).toString(16).padStart(16, '0') }))
  const many = (await (await post(url, '/v1/traces', tracesBody(spans))).json()) as { partialSuccess: object }
  assert.deepEqual(many.partialSuccess, { rejectedSpans: '5', errorMessage: '5 beyond the limit of one request' })
  const attributes = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`key ${at}`, 'x'.repeat(10_000)]))
  await post(url, '/v1/traces', tracesBody([spanOf({ traceId: 'c'.repeat(32), attributes })]))
  const huge = await get<TraceView>(url, `traces/${'c'.repeat(32)}`)
  assert.equal(Object.keys(huge.spans[0]?.attributes ?? {}).length, 128)
  const points = Array.from({ length: 1_500 }, (_, id) => ({ attributes: { id }, startMs: 0, timeMs: 1, value: 1 }))
  const metrics = encodeOtlp(
    otlpMetrics,
    'json',
    batchOf([{ ...counterOf(1), kind: 'counter' as const, temporality: 'cumulative' as const, points }]),
  )
  const refused = (await (await post(url, '/v1/metrics', metrics)).json()) as { partialSuccess: object }
  assert.deepEqual(refused.partialSuccess, {
    rejectedDataPoints: '500',
    errorMessage: '500 of series beyond the limit, or with a name, kind or value that is not kept',
  })
  const { received } = await get<CollectorStats>(url, 'stats')
  assert.deepEqual([received.traces.accepted, received.traces.rejected], [10_001, 5])
  assert.equal(received.traces.cut, 372 + 128)
  assert.deepEqual([received.metrics.accepted, received.metrics.rejected], [1_000, 500])
})

test('no bytes make the collector fail: they are taken or refused', async (t) => {
  const { url } = await startCollector(t)
  const sent = tracesBody([spanOf({ attributes: { list: [1, 2] } })], 'protobuf')
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.record({ at: fc.nat(sent.length - 1), by: fc.integer({ min: 1, max: 255 }) }).map(({ at, by }) => {
      const changed = Buffer.from(sent)
      changed[at] = (changed[at] as number) ^ by
      return changed
    }),
  )
  const paths = fc.constantFrom('/v1/traces', '/v1/logs', '/v1/metrics')
  const types = fc.constantFrom('application/json', 'application/x-protobuf')
  await fc.assert(
    fc.asyncProperty(bodies, paths, types, async (body, path, type) => {
      const answer = await post(url, path, body, { 'content-type': type })
      assert.ok(answer.status === 200 || answer.status === 400, String(answer.status))
      await answer.bytes()
    }),
    { numRuns: 300 },
  )
  // What was taken can be looked at, whatever it is.
  const { traces } = await get<{ traces: { traceId: string }[] }>(url, 'traces?limit=200')
  for (const trace of traces) await get(url, `traces/${trace.traceId}`)
  await get(url, 'logs')
  await get(url, 'metrics')
})

test('traces, their logs and metrics are found by what is known of them', async (t) => {
  const { url } = await startCollector(t)
  await post(url, '/v1/traces', tracesBody([spanOf()]))
  await post(
    url,
    '/v1/traces',
    tracesBody([spanOf({ traceId: 'd'.repeat(32), durationMs: 900, error: 'E' })], 'json', 'payment'),
  )
  const logs = [
    logOf(),
    logOf({
      traceId: undefined,
      spanId: undefined,
      severity: 17,
      severityText: 'ERROR',
      body: 'no',
      attributes: { note: 'not paid' },
    }),
  ]
  await post(url, '/v1/logs', encodeOtlp(otlpLogs, 'json', batchOf(logs)))
  await post(url, '/v1/metrics', encodeOtlp(otlpMetrics, 'json', batchOf([counterOf(7)])))
  const idsOf = async (query: string): Promise<string[]> =>
    (await get<{ traces: { traceId: string }[] }>(url, `traces?${query}`)).traces.map((trace) => trace.traceId)
  assert.deepEqual(await idsOf(''), ['d'.repeat(32), traceId])
  assert.deepEqual(await idsOf('service=order'), [traceId])
  assert.deepEqual(await idsOf('errors=true'), ['d'.repeat(32)])
  assert.deepEqual(await idsOf('minDurationMs=100'), ['d'.repeat(32)])
  assert.deepEqual(await idsOf('since=2999-01-01T00:00:00Z'), [])
  const first = await get<{ traces: unknown[]; cursor: string }>(url, 'traces?limit=1')
  assert.deepEqual(await idsOf(`limit=1&cursor=${first.cursor}`), [traceId])
  const bodiesOf = async (query: string): Promise<string[]> =>
    (await get<{ logs: { body: string }[] }>(url, `logs?${query}`)).logs.map((log) => log.body)
  assert.deepEqual(await bodiesOf(''), ['no', 'order paid'])
  assert.deepEqual(await bodiesOf('level=error'), ['no'])
  assert.deepEqual(await bodiesOf('text=PAID'), ['order paid'])
  assert.deepEqual(await bodiesOf(`traceId=${traceId}`), ['order paid'])
  for (const more of ['level=error', 'service=payment', 'text=other', 'since=2999-01-01T00:00:00Z', 'cursor=1']) {
    assert.deepEqual(await bodiesOf(`traceId=${traceId}&${more}`), [], more)
  }
  await post(url, '/v1/logs', encodeOtlp(otlpLogs, 'json', batchOf([logOf({ body: 'later' })])))
  const latest = await get<{ logs: { body: string }[]; cursor: string }>(url, `logs?traceId=${traceId}&limit=1`)
  assert.deepEqual(latest.logs[0]?.body, 'later')
  assert.deepEqual(await bodiesOf(`traceId=${traceId}&cursor=${latest.cursor}`), ['order paid'])
  const trace = await get<{ logs: { body: string; level: string }[] }>(url, `traces/${traceId}`)
  assert.deepEqual(
    trace.logs.map(({ body, level }) => [body, level]),
    [
      ['order paid', 'info'],
      ['later', 'info'],
    ],
  )
  const metric = await get<{ series: { points: number[][] }[] }>(url, 'metrics/orders?service=order')
  assert.equal(metric.series[0]?.points[0]?.[1], 7)
  const ended = await get<{ series: unknown[]; toMs: number }>(url, 'metrics/orders?until=2000-01-01T00:00:00Z')
  assert.deepEqual([ended.series, ended.toMs], [[], 946_684_800_000])
})

test('a question that makes no sense is answered with everything that is wrong with it', async (t) => {
  const { url } = await startCollector(t)
  const answer = await fetch(`${url}/api/v1/traces?limit=0&since=soon&errors=1&color=red`, { headers: authorized })
  assert.equal(answer.status, 400)
  const { issues } = (await answer.json()) as { issues: { path: string }[] }
  assert.deepEqual(issues.map(({ path }) => path).sort(), ['color', 'errors', 'limit', 'since'])
  const statusOf = async (path: string): Promise<number> => (await fetch(url + path, { headers: authorized })).status
  assert.equal(await statusOf(`/api/v1/traces/${'0'.repeat(31)}1`), 404)
  assert.equal(await statusOf('/api/v1/traces/xyz'), 400)
  assert.equal(await statusOf('/api/v1/traces/xyz/abc'), 404)
  assert.equal(await statusOf('/api/v1/logs/xyz'), 404)
  assert.equal(await statusOf('/api/v1/metrics/nothing'), 404)
  assert.equal(await statusOf('/api/v1/metrics/nothing?since=0'), 404)
  assert.equal(await statusOf('/api/v1/metrics/orders?since=1&stepMs=0'), 400)
  assert.equal(await statusOf('/api/v1/metrics?until=1'), 400)
  assert.equal(await statusOf('/api/v1/nothing'), 404)
  assert.equal(await statusOf('/api/v1/constructor'), 404)
})

test('who watches is told of what arrives, of the kinds that are wanted', async (t) => {
  const { url } = await startCollector(t)
  const stop = new AbortController()
  const answer = await fetch(`${url}/api/v1/stream?kinds=logs`, { headers: authorized, signal: stop.signal })
  const events = readSse(answer.body as unknown as AsyncIterable<Uint8Array>)
  await post(url, '/v1/traces', tracesBody([spanOf()]))
  await post(url, '/v1/logs', encodeOtlp(otlpLogs, 'json', batchOf([logOf()])))
  const { value } = await events.next()
  assert.equal(value?.event, 'logs')
  assert.equal((JSON.parse(value?.data ?? '') as { logs: { body: string }[] }).logs[0]?.body, 'order paid')
  stop.abort()
  await assert.rejects(events.next())
})

test('an event of the stream is never too large for its readers: it says how many it leaves out', async (t) => {
  const { url } = await startCollector(t)
  const stop = new AbortController()
  const answer = await fetch(`${url}/api/v1/stream?kinds=logs`, { headers: authorized, signal: stop.signal })
  const events = readSse(answer.body as unknown as AsyncIterable<Uint8Array>)
  const logs = Array.from({ length: 500 }, () =>
    logOf({ body: 'x'.repeat(4_000), attributes: { more: 'x'.repeat(4_000) } }),
  )
  await post(url, '/v1/logs', encodeOtlp(otlpLogs, 'protobuf', batchOf(logs)), {
    'content-type': 'application/x-protobuf',
  })
  const { value } = await events.next()
  const told = JSON.parse(value?.data ?? '') as { logs: unknown[]; omitted: number }
  assert.ok(told.logs.length > 20)
  assert.equal(told.logs.length + told.omitted, 500)
  stop.abort()
  await assert.rejects(events.next())
})

test('a watcher that does not read is dropped and counted, and holds nobody up', async (t) => {
  const { url } = await startCollector(t)
  const { hostname, port } = new URL(url)
  const idle = connect(Number(port), hostname)
  idle.pause()
  idle.write(`GET /api/v1/stream HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: ${authorized.authorization}\r\n\r\n`)
  const body = encodeOtlp(
    otlpLogs,
    'json',
    batchOf(Array.from({ length: 60 }, () => logOf({ body: 'x'.repeat(4_000) }))),
  )
  let { stream } = await get<CollectorStats>(url, 'stats')
  for (let sent = 0; stream.droppedListeners === 0 && sent < 500; sent++) {
    await post(url, '/v1/logs', body)
    stream = (await get<CollectorStats>(url, 'stats')).stream
  }
  // Before the server closes, which would wait for it.
  idle.destroy()
  assert.deepEqual(stream, { listeners: 0, droppedListeners: 1 })
})
