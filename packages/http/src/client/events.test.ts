import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { hasCode, newTrace, runCall, type Policy } from '@ashlar/kernel'
import { listen, serverRequest, type HttpHandler, type HttpServer, type ServerRequest } from '../index.ts'
import { clientRequest, createHttpClient, type ClientRequest } from './index.ts'

const never = new AbortController().signal
const twice: Policy = (work) => work({ signal: never, attempt: 1 }).catch(() => work({ signal: never, attempt: 2 }))

function listening(t: TestContext): { sent: ClientRequest[]; served: ServerRequest[] } {
  const [sent, served]: [ClientRequest[], ServerRequest[]] = [[], []]
  const subscriptions = [
    clientRequest.subscribe((one) => sent.push(one)),
    serverRequest.subscribe((one) => served.push(one)),
  ]
  t.after(() => subscriptions.forEach((one) => one[Symbol.dispose]()))
  return { sent, served }
}
const start = (handler: HttpHandler): Promise<HttpServer> => listen(handler, { port: 0 })

test('a request is told of when its answer is there, within the span of the work that asked', async (t) => {
  const { sent } = listening(t)
  await using server = await start(async () => ({ status: 404 }))
  await using client = createHttpClient({ name: 'stock', baseUrl: server.url })
  const caller = newTrace()
  await runCall({ trace: caller }, () => client.request({ method: 'GET', path: '/items/17' }))
  assert.equal(sent.length, 1)
  const { durationMs, trace, ...event } = sent[0] as ClientRequest
  assert.deepEqual(event, {
    name: 'GET stock',
    peer: 'stock',
    method: 'GET',
    status: 404,
    attempt: 1,
    parentSpanId: caller.spanId,
    error: undefined,
  })
  assert.ok(durationMs > 0)
  assert.deepEqual([trace.traceId, trace.root], [caller.traceId, caller.root])
})

test('each attempt of a policy goes out with an id of its own, and what serves it is within that', async (t) => {
  const { sent, served } = listening(t)
  let asked = 0
  await using server = await start(async () => ({ status: asked++ === 0 ? 503 : 200 }))
  await using client = createHttpClient({ name: 'stock', baseUrl: server.url, policy: twice })
  await client.request({ method: 'GET', path: '/' })
  await server.drain(never)
  assert.deepEqual(
    sent.map(({ attempt, status, error }) => [attempt, status, error]),
    [
      [1, 503, '503'],
      [2, 200, undefined],
    ],
  )
  assert.notEqual(sent[0]?.trace.spanId, sent[1]?.trace.spanId)
  assert.deepEqual(
    served.map(({ parentSpanId }) => parentSpanId),
    sent.map(({ trace }) => trace.spanId),
  )
  assert.deepEqual(
    sent.map(({ parentSpanId }) => parentSpanId),
    [undefined, undefined],
    'nothing stands for a call that is no span',
  )
})

test('a request that fails is told of with why, at once also when it only waited for a connection', async (t) => {
  const { sent } = listening(t)
  await using server = await start(() => new Promise(() => {}))
  await using client = createHttpClient({ name: 'stock', baseUrl: server.url, maxConnections: 1 })
  const give = new AbortController()
  const first = client.request({ method: 'GET', path: '/', signal: give.signal })
  first.catch(() => {})
  const impatient = new AbortController()
  const second = client.request({ method: 'PUT', path: '/', signal: impatient.signal })
  impatient.abort()
  await assert.rejects(second, { code: 'ASHLAR_CANCELLED' })
  assert.deepEqual([sent.length, sent[0]?.method, hasCode(sent[0]?.error, 'ASHLAR_CANCELLED')], [1, 'PUT', true])
  give.abort('card 4111')
  await assert.rejects(first)
  assert.deepEqual([sent[1]?.status, sent[1]?.error], [undefined, 'string'], 'a text may be anything')
})
