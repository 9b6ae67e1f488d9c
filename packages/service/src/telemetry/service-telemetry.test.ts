import assert from 'node:assert/strict'
import { hasSubscribers } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { request as rawRequest, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { listen, type HttpServer } from '@ashlar/http'
import { currentCall, declaredChannels } from '@ashlar/kernel'
import { decodeOtlp, formOf, otlpLogs, otlpTraces, type LogRecord, type OtlpSignal } from '@ashlar/telemetry/otlp'
import { span, type SpanRecord, type Tracer } from '@ashlar/telemetry/traces'
import { database, get, start, type Started } from '../greeter.test.support.ts'

const key = 'k'.repeat(32)

async function scrape({ running }: Started, headers: Record<string, string>): Promise<[status: number, text: string]> {
  const sent = rawRequest(`${running.adminUrl}/metrics`, { agent: false, headers }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return [answer.statusCode ?? 0, Buffer.concat(await answer.toArray()).toString()]
}

interface Receiver extends AsyncDisposable {
  readonly env: Record<string, string>
  readonly logs: LogRecord[]
  readonly spans: SpanRecord[]
  readonly paths: Set<string>
  readonly resources: Readonly<Record<string, unknown>>[]
  readonly keys: Set<unknown>
}

/** An OTLP receiver, or one that takes requests and never answers. */
async function receiver({ hangs = false } = {}): Promise<Receiver> {
  const [logs, spans, resources]: [LogRecord[], SpanRecord[], Receiver['resources']] = [[], [], []]
  const [paths, keys] = [new Set<string>(), new Set<unknown>()]
  const server: HttpServer = await listen(
    async (request) => {
      const { url, headers } = request
      paths.add(url.path)
      keys.add(headers['authorization'])
      if (hangs) return new Promise(() => {})
      const read = <T>(signal: OtlpSignal<T>, into: T[], bytes: Buffer): void => {
        if (!url.path.endsWith(signal.path)) return
        for (const { records, resource } of decodeOtlp(signal, formOf(headers['content-type']) ?? 'json', bytes)
          .batches) {
          into.push(...records)
          resources.push(resource)
        }
      }
      const bytes = await request.body()
      read(otlpLogs, logs, bytes)
      read(otlpTraces, spans, bytes)
      return { status: 200 }
    },
    { port: 0 },
  )
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: server.url, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x' }
  return { env, logs, spans, paths, keys, resources, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** Closes the service, letting its virtual time pass. */
async function close({ running, clock }: Started, stepMs = 0, how: 'close' | 'closeInHaste' = 'close'): Promise<void> {
  const state = { isClosed: false }
  const closed = running[how]().finally(() => (state.isClosed = true))
  while (!state.isClosed) await clock.advance(stepMs)
  await closed
}

const subscribed = (): string[] => declaredChannels().flatMap(({ name }) => (hasSubscribers(name) ? [name] : []))

test('metrics of the process and of the service are served beside the actions, to who holds the key alone', async () => {
  await using started = await start(
    ({ metrics }) => {
      const greetings = metrics.counter({ name: 'greetings', description: 'Given.', unit: '{greeting}' })
      return {
        handler: async () => {
          greetings.add(1)
          return { status: 204 }
        },
      }
    },
    { ADMIN_KEY: key },
  )
  await get(started.client, '/')
  assert.equal((await scrape(started, {}))[0], 401)
  const [status, text] = await scrape(started, { authorization: `Bearer ${key}` })
  assert.equal(status, 200)
  assert.match(text, /^greetings_total 1$/m)
  assert.match(text, /^process_resident_memory_bytes [1-9]/m)
  assert.match(text, /^ashlar_telemetry_spans_total\{outcome="overwritten"\} 0$/m)
  assert.equal((await get(started.client, '/metrics')).status, 204)
})

test('metrics tell whether the service is ready and its dependencies are up, and a scrape waits for none of them', async () => {
  const hangs = database(() => new Promise(() => {}))
  const cache = { name: 'cache', critical: false, check: async (): Promise<void> => {} }
  await using started = await start(() => ({ checks: [hangs, cache] }), { ADMIN_KEY: key })
  const authorization = `Bearer ${key}`
  const [status] = await scrape(started, { authorization })
  assert.equal(status, 200)
  await started.clock.advance(1_000)
  const [, text] = await scrape(started, { authorization })
  assert.match(text, /^ashlar_health_ready 0$/m)
  assert.match(text, /^ashlar_health_check_up\{check="database",critical="true"\} 0$/m)
  assert.match(text, /^ashlar_health_check_up\{check="cache",critical="false"\} 1$/m)
})

test('a line, the span it was written in and the metrics reach the receiver before the service has closed', async () => {
  await using received = await receiver()
  const inside: (string | undefined)[] = []
  const started = await start(({ log, onStop }) => {
    onStop(() => log.info({}, 'the last word'))
    return {
      handler: async () =>
        span('greet', (own) => {
          own.keep()
          inside.push(currentCall()?.trace.traceId, own.spanId)
          log.warn({ password: 'hunter2', who: { name: 'Ann' } }, 'greeted')
          return { status: 204 }
        }),
    }
  }, received.env)
  await get(started.client, '/')
  await close(started)
  await started.client[Symbol.asyncDispose]()
  const greeted = received.logs.find(({ body }) => body === 'greeted')
  assert.deepEqual([greeted?.traceId, greeted?.spanId], inside)
  assert.deepEqual([greeted?.severity, greeted?.severityText], [13, 'warn'])
  assert.deepEqual(greeted?.attributes, { password: '[redacted]', 'who.name': 'Ann' })
  assert.ok(received.logs.some(({ body }) => body === 'the last word'))
  const greet = received.spans.find(({ name }) => name === 'greet')
  assert.deepEqual([greet?.traceId, greet?.spanId], inside)
  assert.deepEqual([...received.paths].toSorted(), ['/v1/logs', '/v1/metrics', '/v1/traces'])
  assert.deepEqual([...received.keys], ['Bearer x'])
  const [resource] = received.resources
  assert.deepEqual([resource?.['service.name'], resource?.['service.version']], ['greeter', '1.2.3'])
})

for (const how of ['close', 'closeInHaste'] as const) {
  test(`the last reading of the metrics asks no dependency: it may be closed by then (${how})`, async () => {
    await using received = await receiver()
    let asked = 0
    const started = await start(() => ({ checks: [database(async () => void asked++)] }), received.env)
    await started.clock.advance(10_000)
    assert.equal(asked, 1)
    await started.clock.advance(5_000)
    await close(started, 1, how)
    assert.equal(asked, 1)
    await started.client[Symbol.asyncDispose]()
  })
}

test('a receiver that does not answer holds up the end of a service by two seconds', async () => {
  await using received = await receiver({ hangs: true })
  const started = await start(() => ({}), received.env)
  while (!received.paths.has('/v1/logs')) await started.clock.advance(100)
  const fromMs = started.clock.now()
  await close(started, 10)
  const tookMs = started.clock.now() - fromMs
  assert.ok(tookMs >= 2_000 && tookMs <= 2_100, String(tookMs))
  await started.client[Symbol.asyncDispose]()
})

test('telemetry that is off subscribes to nothing, and what the service counts itself is served all the same', async () => {
  const before = subscribed()
  let tracer: Tracer | undefined
  {
    await using started = await start(
      (context) => {
        tracer = context.tracer
        context.metrics.counter({ name: 'greetings', description: 'Given.', unit: '{greeting}' }).add(2)
        return { handler: async () => span('greet', (own) => ({ status: own.isRecording ? 500 : 204 })) }
      },
      { ADMIN_KEY: key, TELEMETRY: 'off', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    )
    assert.deepEqual(subscribed(), before)
    assert.equal((await get(started.client, '/')).status, 204)
    await scrape(started, { authorization: `Bearer ${key}` })
    const [, text] = await scrape(started, { authorization: `Bearer ${key}` })
    assert.match(text, /^greetings_total 2$/m)
    assert.doesNotMatch(text, /process_|_ready/)
  }
  assert.equal(tracer?.counts.ended, 0)
})

test('a service that is closed observes nothing any more, and neither does one that could not start', async () => {
  const before = subscribed()
  {
    await using _ = await start(() => ({}))
    assert.ok(subscribed().length > before.length)
  }
  assert.deepEqual(subscribed(), before)
  await assert.rejects(
    start(() => {
      throw new Error('no database')
    }),
  )
  assert.deepEqual(subscribed(), before)
})
