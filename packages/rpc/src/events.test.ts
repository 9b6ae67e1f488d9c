import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { AshlarError, edgeTable, newTrace, runCall, statusRows, type Policy } from '@ashlar/kernel'
import { listen, serverRequest, type HttpServer, type ServerRequest } from '@ashlar/http'
import { clientCall, type ClientCall } from './events.ts'
import { EchoService } from './gen/ashlar/rpctest/v1/echo_pb.ts'
import { createClient, implement, rpcEdgeRows, rpcHandler } from './index.ts'
import type { UnaryClientOptions } from './wire/unary-client.ts'

class GoneError extends AshlarError {
  readonly code = 'TEST_GONE' as const
  readonly retryable = false
}
class IllError extends AshlarError {
  readonly code = 'TEST_ILL' as const
  readonly retryable = true
}
const edge = edgeTable(rpcEdgeRows, { TEST_GONE: statusRows.not_found, TEST_ILL: statusRows.unavailable })
const never = new AbortController().signal

type Echo = () => Promise<{ text: string }>
interface Observed {
  readonly client: ReturnType<typeof createClient<typeof EchoService>>
  readonly server: HttpServer
  readonly sent: readonly ClientCall[]
  readonly served: readonly ServerRequest[]
}

async function observed(t: TestContext, run: Echo, options: Partial<UnaryClientOptions> = {}): Promise<Observed> {
  const service = implement(EchoService, { echo: run, fail: async () => ({}), wait: async () => ({}) })
  const server = await listen(rpcHandler([service], { edge }), { port: 0, edge })
  const client = createClient(EchoService, { name: 'echo', baseUrl: server.url, ...options })
  const [sent, served]: [ClientCall[], ServerRequest[]] = [[], []]
  const listening = [clientCall.subscribe((one) => sent.push(one)), serverRequest.subscribe((one) => served.push(one))]
  t.after(async () => {
    for (const one of listening) one[Symbol.dispose]()
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  return { client, server, sent, served }
}

test('a call is told of on both sides, the callee’s work within the caller’s span', async (t) => {
  const { client, server, sent, served } = await observed(t, async () => ({ text: 'hello' }))
  const caller = newTrace()
  await runCall({ trace: caller }, () => client.echo({}))
  await server.drain(never)
  assert.deepEqual([sent.length, served.length], [1, 1])
  const { durationMs, trace, ...event } = sent[0] as ClientCall
  assert.deepEqual(event, {
    service: 'echo',
    procedure: 'ashlar.rpctest.v1.EchoService/Echo',
    status: 'ok',
    code: undefined,
    attempt: 1,
    parentSpanId: caller.spanId,
    error: undefined,
  })
  assert.ok(durationMs > 0)
  const { route, parentSpanId, trace: there } = served[0] as ServerRequest
  assert.equal(route, '/ashlar.rpctest.v1.EchoService/Echo')
  assert.deepEqual([there.traceId, parentSpanId], [caller.traceId, trace.spanId])
})

test('what other systems said of the trace goes along', async (t) => {
  const { client, server, served } = await observed(t, async () => ({ text: 'hello' }))
  await runCall({ trace: { ...newTrace(), state: 'rojo=1' } }, () => client.echo({}))
  await server.drain(never)
  assert.equal(served[0]?.trace.state, 'rojo=1')
})

test('an answer of a callee that is well is no error, of one that is ill it is; both sides say which it was', async (t) => {
  let failure: Error = new GoneError('gone')
  const { client, server, sent, served } = await observed(t, () => Promise.reject(failure))
  await assert.rejects(client.echo({}))
  failure = new IllError('ill')
  await assert.rejects(client.echo({}))
  await server.drain(never)
  assert.deepEqual(
    sent.map(({ status, code, error }) => [status, code, error !== undefined]),
    [
      ['not_found', 'TEST_GONE', false],
      ['unavailable', 'TEST_ILL', true],
    ],
  )
  assert.deepEqual(
    served.map(({ status, outcome, error }) => [status, outcome, error]),
    [
      [404, 'not_found', undefined],
      [503, 'unavailable', failure],
    ],
  )
})

test('a call that got no answer is told of with what was in the way', async (t) => {
  const { client, server, sent } = await observed(t, () => new Promise(() => {}), { timeoutMs: 20 })
  await assert.rejects(client.echo({}), { code: 'ASHLAR_DEADLINE_EXCEEDED' })
  const over = new AbortController()
  const cancelled = client.echo({}, { signal: over.signal, timeoutMs: 10_000 })
  over.abort('card 4111')
  await assert.rejects(cancelled)
  await server[Symbol.asyncDispose]()
  await assert.rejects(client.echo({}, { timeoutMs: 10_000 }), { code: 'ASHLAR_RPC_UNREACHABLE' })
  const told = sent.map(({ status, code, error }) => [status, code, typeof error])
  assert.deepEqual(told, [
    ['deadline_exceeded', 'ASHLAR_DEADLINE_EXCEEDED', 'object'],
    ['canceled', undefined, 'string'],
    ['unavailable', 'ASHLAR_RPC_UNREACHABLE', 'object'],
  ])
  assert.equal(sent[1]?.error, 'string', 'a text may be anything')
})

test('each attempt of a policy is told of, and has an id of its own on the wire', async (t) => {
  const policy: Policy = (work) => work({ signal: never, attempt: 1 }).catch(() => work({ signal: never, attempt: 2 }))
  let asked = 0
  const run: Echo = () => (asked++ === 0 ? Promise.reject(new IllError('ill')) : Promise.resolve({ text: 'now' }))
  const { client, server, sent, served } = await observed(t, run, { policy })
  await client.echo({})
  await server.drain(never)
  assert.deepEqual(
    sent.map(({ attempt, status }) => [attempt, status]),
    [
      [1, 'unavailable'],
      [2, 'ok'],
    ],
  )
  assert.deepEqual(
    served.map(({ parentSpanId }) => parentSpanId),
    sent.map(({ trace }) => trace.spanId),
  )
})
