import assert from 'node:assert/strict'
import { AsyncResource } from 'node:async_hooks'
import { test } from 'node:test'
import { currentCall, declaredChannels, runCall, type Clock } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import { MetricRegistry } from '../../metrics/registry.ts'
import type { MetricSnapshot } from '../../metrics/snapshot.ts'
import { Tracer } from '../../traces/tracer.ts'
import type { HistogramPointRecord, MetricRecord } from '../records.ts'
import { encodeOtlpResponse } from '../response.ts'
import { otlpTraces } from '../signal.ts'
import { exportDone, exportLoss, type ExportDone, type ExportLoss } from './events.ts'
import { OtlpExporter } from './otlp-exporter.ts'
import type { OtlpExporterOptions } from './options.ts'
import { someSpan, someSpans, startReceiver, until } from './receiver.test.support.ts'

const service = { name: 'order', version: '1.2.3', instanceId: 'order-1' }
const nothingLost = { 'queue-full': 0, invalid: 0, rejected: 0, 'partial-success': 0, 'gave-up': 0, closed: 0 }
const never = new AbortController().signal

function exporterTo(endpoint: string, clock: VirtualClock, options: Partial<OtlpExporterOptions> = {}): OtlpExporter {
  const backoff = { baseDelayMs: 1_000, maxDelayMs: 30_000, random: seededRandom(1) }
  return new OtlpExporter({ endpoint, service, clock, backoff, ...options })
}

test('spans are sent together when the first of them has waited long enough, with who sends them', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  await using exporter = exporterTo(`${receiver.url}/in/`, clock, {
    resource: { 'service.namespace': 'shop' },
    headers: { authorization: 'Bearer secret' },
  })
  const spans = someSpans(3)
  exporter.addSpans(spans.slice(0, 1))
  await clock.advance(999)
  exporter.addSpans(spans.slice(1))
  assert.equal(receiver.received.length, 0)
  await clock.advance(1)
  await until(clock, () => exporter.stats.traces.exported === 3)
  const [{ path, headers, resource, records } = assert.fail()] = receiver.received
  assert.equal(path, '/in/v1/traces')
  assert.equal(headers['content-type'], 'application/x-protobuf')
  assert.equal(headers['authorization'], 'Bearer secret')
  assert.deepEqual(records, spans)
  assert.deepEqual(resource, {
    'service.namespace': 'shop',
    'service.name': 'order',
    'service.version': '1.2.3',
    'service.instance.id': 'order-1',
  })
  assert.deepEqual(exporter.stats.traces, { queuedItems: 0, queuedBytes: 0, exported: 3, lost: nothingLost })
})

test('a batch that is full goes out at once, by number or by size', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  await using exporter = exporterTo(receiver.url, clock, { maxBatchItems: 2, maxBatchBytes: 1_000 })
  exporter.addSpans(someSpans(2))
  await until(clock, () => exporter.stats.traces.exported === 2)
  exporter.addSpans([someSpan({ text: 'x'.repeat(1_000) })])
  await until(clock, () => exporter.stats.traces.exported === 3)
  assert.equal(receiver.received.length, 2)
})

test('requests can be JSON, and compressed', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  await using exporter = exporterTo(receiver.url, clock, { form: 'json', gzip: true })
  const span = someSpan({ key: 'value'.repeat(100) })
  exporter.addSpans([span])
  await exporter.drain(never)
  const [{ headers, records, body } = assert.fail()] = receiver.received
  assert.equal(headers['content-type'], 'application/json')
  assert.ok(Number(headers['content-length']) < body.length / 2)
  assert.deepEqual(records, [span])
})

test('a request of its own belongs to no trace, and makes none', async () => {
  const clock = new VirtualClock()
  const traced: string[] = []
  const watches = declaredChannels()
    .filter(({ descriptor }) => descriptor.span?.kind === 'client')
    .map((channel) => channel.subscribe(() => traced.push(channel.name)))
  assert.notEqual(watches.length, 0)
  await using receiver = await startReceiver()
  await using exporter = exporterTo(receiver.url, clock, { maxBatchItems: 1 })
  await runCall({ parent: null }, async () => {
    exporter.addSpans(someSpans(1))
    assert.notEqual(currentCall(), undefined)
  })
  await until(clock, () => exporter.stats.traces.exported === 1)
  assert.equal(receiver.received[0]?.headers['traceparent'], undefined)
  assert.deepEqual(traced, [])
  for (const watch of watches) watch[Symbol.dispose]()
})

test('spans that a tracer keeps, and what a registry counts, arrive as they were', async () => {
  const clock = new VirtualClock()
  const tracer = new Tracer({ clock, keepOneIn: 1 })
  const metrics = new MetricRegistry({ clock })
  await using receiver = await startReceiver()
  await using exporter = exporterTo(receiver.url, clock, { metrics })
  using _ = tracer.onKept((spans) => exporter.addSpans(spans))
  tracer.span('outer', () => tracer.span('inner', (span) => span.setAttribute('order', 'o-1')))
  metrics.histogram({ name: 'test.size', description: 'Sizes.', unit: 'By', bounds: [1, 10] }).observe(7)
  await clock.advance(1)
  await exporter.drain(never)
  const of = (path: string): readonly unknown[] => receiver.received.find((one) => one.path === path)?.records ?? []
  assert.deepEqual(of('/v1/traces'), tracer.drain(10))
  const sizes = of('/v1/metrics').find((metric) => (metric as MetricRecord).name === 'test.size') as MetricRecord
  assert.equal(sizes.kind, 'histogram')
  assert.deepEqual((sizes.points as HistogramPointRecord[])[0]?.counts, [0, 1, 0])
})

for (const status of [429, 502, 503, 504]) {
  test(`what is answered with ${status} is sent again after a while`, async () => {
    const clock = new VirtualClock()
    await using receiver = await startReceiver()
    receiver.answers.push({ status }, { status })
    await using exporter = exporterTo(receiver.url, clock, { maxBatchItems: 1 })
    exporter.addSpans(someSpans(1))
    await until(clock, () => receiver.received.length === 1)
    await clock.advance(499)
    assert.equal(receiver.received.length, 1)
    await until(clock, () => clock.armed > 0)
    await clock.advance(1_000)
    await until(clock, () => receiver.received.length === 2)
    await until(clock, () => clock.armed > 0)
    await clock.advance(2_000)
    await until(clock, () => exporter.stats.traces.exported === 1)
    assert.deepEqual(receiver.received[2]?.body, receiver.received[0]?.body)
    assert.deepEqual(exporter.stats.traces.lost, nothingLost)
  })
}

test('a receiver that asks for patience gets it', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  receiver.answers.push({ status: 503, headers: { 'retry-after': '20' } })
  await using exporter = exporterTo(receiver.url, clock, { maxBatchItems: 1, timeoutMs: 100_000 })
  exporter.addSpans(someSpans(1))
  await until(clock, () => receiver.received.length === 1)
  for (let ms = 0; ms < 19_000; ms += 1_000) await clock.advance(1_000)
  assert.equal(receiver.received.length, 1)
  await clock.advance(2_000)
  await until(clock, () => exporter.stats.traces.exported === 1)
})

for (const status of [400, 401, 404, 413, 500]) {
  test(`what is answered with ${status} is lost at once, and counted as rejected`, async () => {
    const clock = new VirtualClock()
    await using receiver = await startReceiver()
    receiver.answers.push({ status })
    const losses: ExportLoss[] = []
    using _ = exportLoss.subscribe((loss) => losses.push(loss))
    await using exporter = exporterTo(receiver.url, clock, { maxBatchItems: 2 })
    exporter.addSpans(someSpans(2))
    await until(clock, () => exporter.stats.traces.lost.rejected === 2)
    assert.deepEqual(losses, [{ signal: 'traces', reason: 'rejected', why: `status ${status}`, items: 2 }])
    exporter.addSpans(someSpans(2))
    await until(clock, () => exporter.stats.traces.exported === 2)
  })
}

test('a request without an answer is given up at its timeout and sent again', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  receiver.answers.push('hang')
  await using exporter = exporterTo(receiver.url, clock, { maxBatchItems: 1, timeoutMs: 5_000 })
  exporter.addSpans(someSpans(1))
  await until(clock, () => receiver.received.length === 1)
  await clock.advance(5_000)
  await until(clock, () => clock.armed > 0)
  await clock.advance(1_000)
  await until(clock, () => exporter.stats.traces.exported === 1)
  assert.equal(receiver.received.length, 2)
})

test('a receiver that stays away costs what it was sent, counted, and the queue stays bounded', async () => {
  const clock = new VirtualClock()
  const receiver = await startReceiver()
  await receiver[Symbol.asyncDispose]()
  const losses: ExportLoss[] = []
  using _ = exportLoss.subscribe((loss) => losses.push(loss))
  await using exporter = exporterTo(receiver.url, clock, {
    maxBatchItems: 5,
    maxQueueItems: 10,
    giveUpAfterMs: 3_000,
    backoff: { baseDelayMs: 1_000, maxDelayMs: 1_000, random: seededRandom(1) },
  })
  exporter.addSpans(someSpans(13))
  assert.equal(exporter.stats.traces.queuedItems, 10)
  assert.equal(exporter.stats.traces.lost['queue-full'], 3)
  while (exporter.stats.traces.lost['gave-up'] < 10) await clock.advance(100)
  assert.equal(exporter.stats.traces.queuedItems, 0)
  await clock.advance(10_000)
  assert.deepEqual(
    losses.map(({ reason, items }) => `${reason} ${items}`),
    ['queue-full 1', 'gave-up 5', 'queue-full 2', 'gave-up 5'],
  )
  assert.equal(losses.at(-1)?.why, 'ASHLAR_HTTP_UNREACHABLE')
})

test('the queue is bounded in bytes', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  await using exporter = exporterTo(receiver.url, clock, { maxQueueBytes: 3_000 })
  for (let count = 0; count < 10; count++) exporter.addSpans([someSpan({ text: 'x'.repeat(1_000) })])
  const { queuedItems, queuedBytes, lost } = exporter.stats.traces
  assert.equal(queuedItems, 3)
  assert.equal(lost['queue-full'], 7)
  assert.ok(queuedBytes < 4_000, String(queuedBytes))
})

test('what the receiver took only in part is counted as such', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  const partial = encodeOtlpResponse(otlpTraces, 'protobuf', { rejected: 2, message: 'too old' })
  receiver.answers.push({ status: 200, body: partial })
  const done: ExportDone[] = []
  using _ = exportDone.subscribe((event) => done.push(event))
  await using exporter = exporterTo(receiver.url, clock, { maxBatchItems: 5 })
  exporter.addSpans(someSpans(5))
  await until(clock, () => exporter.stats.traces.exported === 3)
  assert.equal(exporter.stats.traces.lost['partial-success'], 2)
  assert.deepEqual(
    done.map(({ signal, items, attempts }) => ({ signal, items, attempts })),
    [{ signal: 'traces', items: 3, attempts: 1 }],
  )
})

test('a record that is not what its type says is counted, and harms none of the others', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  await using exporter = exporterTo(receiver.url, clock)
  const [before, bad, after] = [someSpan(), { ...someSpan(), events: 7 }, someSpan()]
  exporter.addSpans([before, bad as unknown as typeof before, after])
  await exporter.drain(never)
  assert.deepEqual(receiver.received[0]?.records, [before, after])
  assert.deepEqual(exporter.stats.traces.lost, { ...nothingLost, invalid: 1 })
})

test('metrics are read outside any call, wherever the exporter was made', async () => {
  const clock = new VirtualClock()
  // As the machine's timers do, and the virtual ones do not.
  const remembering: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    timer: (delayMs, run) => clock.timer(delayMs, AsyncResource.bind(run)),
    immediate: (run) => clock.immediate(AsyncResource.bind(run)),
  }
  const calls: unknown[] = []
  const metrics = { startMs: 0, snapshot: () => (calls.push(currentCall()), []) }
  const make = async (): Promise<OtlpExporter> =>
    exporterTo('http://127.0.0.1:9', clock, { metrics, clock: remembering })
  await using exporter = await runCall({ parent: null }, make)
  await clock.advance(20_000)
  assert.deepEqual(calls, [undefined, undefined])
  await exporter.drain(never)
})

test('metrics are read at their interval and once more at the end, as what they count since the start', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  const startMs = clock.wall()
  const read: MetricSnapshot = {
    kind: 'counter',
    name: 'ashlar.test.calls',
    description: 'Calls.',
    unit: '{call}',
    labels: ['method', 'none'],
    points: [{ labels: ['GET', ''], value: 7 }],
  }
  const metrics = { startMs, snapshot: () => [read] }
  await using exporter = exporterTo(receiver.url, clock, { metrics, metricsIntervalMs: 10_000 })
  await clock.advance(10_000)
  await clock.advance(1_000)
  await until(clock, () => exporter.stats.metrics.exported === 1)
  await exporter.drain(never)
  assert.equal(receiver.received.length, 2)
  assert.equal(receiver.received[0]?.path, '/v1/metrics')
  const point = { attributes: { method: 'GET' }, startMs, timeMs: startMs + 10_000, value: 7 }
  const { name, description, unit } = read
  assert.deepEqual(receiver.received[0]?.records, [
    { name, description, unit, kind: 'counter', temporality: 'cumulative', points: [point] },
  ])
})

test('draining sends what waits, tries nothing twice, and what comes afterwards is counted', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  await using exporter = exporterTo(receiver.url, clock)
  exporter.addSpans(someSpans(2))
  exporter.addLog({
    timeMs: clock.wall(),
    severity: 9,
    severityText: 'info',
    body: 'placed',
    attributes: { order: 'o-1' },
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
  })
  receiver.answers.push({ status: 503 })
  await exporter.drain(never)
  assert.deepEqual(receiver.received.map(({ path }) => path).toSorted(), ['/v1/logs', '/v1/traces'])
  const { traces, logs } = exporter.stats
  assert.equal(traces.exported + traces.lost['gave-up'], 2)
  assert.equal(logs.exported + logs.lost['gave-up'], 1)
  exporter.addSpans(someSpans(1))
  assert.equal(exporter.stats.traces.lost.closed, 1)
  assert.equal(clock.armed, 0)
})

test('disposing waits for nobody, and counts what was on its way', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  receiver.answers.push('hang')
  const exporter = exporterTo(receiver.url, clock, { maxBatchItems: 2 })
  exporter.addSpans(someSpans(5))
  await until(clock, () => receiver.received.length === 1)
  await exporter[Symbol.asyncDispose]()
  assert.deepEqual(exporter.stats.traces.lost, { ...nothingLost, closed: 5 })
  assert.equal(exporter.stats.traces.queuedItems, 0)
  assert.equal(clock.armed, 0)
})

test('options that cannot be meant are refused by name', () => {
  const clock = new VirtualClock()
  assert.throws(() => exporterTo('127.0.0.1:4318', clock), /TypeError.*endpoint/)
  assert.throws(
    () => exporterTo('http://user:secret@localhost', clock),
    (error: Error) => !/secret/.test(error.message),
  )
  assert.throws(
    () => exporterTo('http://secret@localhost', clock),
    (error: Error) => !/secret/.test(error.message),
  )
  assert.throws(() => exporterTo('http://localhost', clock, { maxBatchItems: 0 }), /RangeError.*maxBatchItems.*0/)
  assert.throws(
    () => exporterTo('http://localhost', clock, { backoff: { baseDelayMs: -1 } }),
    /RangeError.*baseDelayMs/,
  )
})
