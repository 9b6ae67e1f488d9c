import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import { currentCall, edgeTable, hasCode, parseTraceparent, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { httpEdgeRows, listen, type HttpHandler, type HttpServer } from '../index.ts'
import { createHttpClient } from './index.ts'

const start = (handler: HttpHandler): Promise<HttpServer> => listen(handler, { port: 0, edge: edgeTable(httpEdgeRows) })
const get = { method: 'GET', path: '/' }

/** A server that never answers, and tells when a request came and when its client went away. */
async function hangingServer(): Promise<{ server: HttpServer; entered: Promise<void>; left: Promise<void> }> {
  const entered = Promise.withResolvers<void>()
  const left = Promise.withResolvers<void>()
  const server = await start((request) => {
    entered.resolve()
    request.signal.addEventListener('abort', () => left.resolve())
    return new Promise(() => {})
  })
  return { server, entered: entered.promise, left: left.promise }
}

test('an answer of any status is an answer', async () => {
  await using server = await start(async () => ({ status: 503, body: '{"a":1}' }))
  await using client = createHttpClient({ baseUrl: server.url, name: 'stock' })
  const answer = await client.request(get)
  assert.equal(answer.status, 503)
  assert.equal(answer.text(), '{"a":1}')
  assert.deepEqual(answer.json(), { a: 1 })
})

test('the base’s path comes first, and the headers of client and request are sent', async () => {
  await using server = await start(async ({ url, headers }) => ({
    status: 200,
    body: JSON.stringify([url.path, headers['x-a'], headers['x-b']]),
  }))
  await using client = createHttpClient({
    baseUrl: `${server.url}/v1/`,
    name: 'stock',
    headers: { 'x-a': '1', 'x-b': '1' },
  })
  const answer = await client.request({ method: 'GET', path: '/items', headers: { 'x-b': '2' } })
  assert.deepEqual(answer.json(), ['/v1/items', '1', '2'])
})

test('a request continues the trace of its call as a new span', async () => {
  await using server = await start(async ({ headers }) => ({ status: 200, body: String(headers['traceparent']) }))
  await using client = createHttpClient({ baseUrl: server.url, name: 'stock' })
  await runCall({ parent: null }, async () => {
    const sent = parseTraceparent((await client.request(get)).text())
    assert.equal(sent?.traceId, currentCall()?.trace.traceId)
    assert.notEqual(sent?.spanId, currentCall()?.trace.spanId)
  })
})

test('at its deadline a request rejects, and the server sees the client go away', async () => {
  const clock = new VirtualClock()
  const { server, entered, left } = await hangingServer()
  await using _ = server
  await using client = createHttpClient({ baseUrl: server.url, name: 'stock', timeoutMs: 300, clock })
  const rejected = assert.rejects(client.request(get), (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
  await entered
  await clock.advance(300)
  await rejected
  await left
  assert.equal(clock.armed, 0)
})

test('the earlier deadline of the current call wins', async () => {
  const clock = new VirtualClock()
  const { server, entered, left } = await hangingServer()
  await using _ = server
  await using client = createHttpClient({ baseUrl: server.url, name: 'stock', timeoutMs: 60_000, clock })
  const call = runCall({ parent: null, timeoutMs: 100, clock }, () => client.request(get))
  const rejected = assert.rejects(call, (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
  await entered
  await clock.advance(100)
  await rejected
  await left
})

test('a cancelled request rejects with the reason, and the server sees the client go away', async () => {
  const { server, entered, left } = await hangingServer()
  await using _ = server
  await using client = createHttpClient({ baseUrl: server.url, name: 'stock' })
  const controller = new AbortController()
  const rejected = assert.rejects(client.request({ ...get, signal: controller.signal }), /enough/)
  await entered
  controller.abort(new Error('enough'))
  await rejected
  await left
})

test('a request that waits for a connection past its deadline is never sent', async () => {
  const clock = new VirtualClock()
  const paths: string[] = []
  const entered = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  await using server = await start(async ({ url }) => {
    paths.push(url.path)
    entered.resolve()
    await opened.promise
    return { status: 204 }
  })
  await using client = createHttpClient({ baseUrl: server.url, name: 'stock', maxConnections: 1, clock })
  const first = client.request({ method: 'GET', path: '/first', timeoutMs: 60_000 })
  await entered.promise
  const second = assert.rejects(client.request({ method: 'GET', path: '/second', timeoutMs: 10 }))
  await clock.advance(10)
  await second
  opened.resolve()
  await first
  assert.equal((await client.request({ method: 'GET', path: '/third' })).status, 204)
  assert.deepEqual(paths, ['/first', '/third'])
})

test('a server that is not there is unreachable: retryable, its address a field and not in the message', async () => {
  const server = await start(async () => ({ status: 204 }))
  await server[Symbol.asyncDispose]()
  await using client = createHttpClient({ baseUrl: server.url, name: 'stock' })
  await assert.rejects(client.request(get), {
    code: 'ASHLAR_HTTP_UNREACHABLE',
    retryable: true,
    address: `127.0.0.1:${server.port}`,
    message: 'stock cannot be reached: nothing listens there',
  })
})

test('a connection that breaks before the answer is unreachable', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.destroy())).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await using client = createHttpClient({ baseUrl: `http://127.0.0.1:${port}`, name: 'stock' })
  await assert.rejects(client.request(get), { message: 'stock cannot be reached: the connection broke' })
  server.close()
})

test('what is not HTTP, and what is not JSON, is named as such without being quoted', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.end('SSH-2.0-x\r\n'))).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await using client = createHttpClient({ baseUrl: `http://127.0.0.1:${port}`, name: 'stock' })
  await assert.rejects(client.request(get), { message: 'stock answered with something that is not HTTP' })
  server.close()

  await using page = await start(async () => ({ status: 200, body: '<secret>' }))
  await using other = createHttpClient({ baseUrl: page.url, name: 'stock' })
  const answer = await other.request(get)
  assert.throws(() => answer.json(), { message: 'stock answered with something that is not JSON' })
})

test('an answer over the limit is not read to its end, whether it declares its size or not', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(1_000)
  }
  await using server = await start(async ({ url }) => ({
    status: 200,
    body: url.path === '/endless' ? endless() : 'a'.repeat(1_001),
  }))
  await using client = createHttpClient({ baseUrl: server.url, name: 'stock', maxResponseBytes: 1_000 })
  for (const path of ['/endless', '/declared']) {
    await assert.rejects(client.request({ method: 'GET', path }), {
      code: 'ASHLAR_HTTP_RESPONSE_TOO_LARGE',
      message: 'stock answered with more than 1000 bytes',
    })
  }
})

test('a base URL that is none, or holds credentials, is refused without being repeated', () => {
  const make = (baseUrl: string): unknown => createHttpClient({ baseUrl, name: 'stock' })
  assert.throws(() => make('127.0.0.1:8080'), TypeError)
  assert.throws(() => make('ftp://a'), TypeError)
  assert.throws(
    () => make('http://user:hunter2@a'),
    (error) => error instanceof TypeError && !error.message.includes('hunter2'),
  )
})

test('a request whose deadline passed while it waited for a connection counts until it has left the queue', async () => {
  const sockets: Socket[] = []
  // Accepts, and never says a word: the TLS handshake hangs.
  const silent = createServer((socket) => void sockets.push(socket.on('error', () => {}))).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const baseUrl = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const clock = new VirtualClock()
  await using client = createHttpClient({ baseUrl, name: 'stock', clock, maxInFlight: 1 })
  const first = assert.rejects(client.request(get), (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
  await clock.advance(5_000)
  await first
  await assert.rejects(client.request(get), (error) => hasCode(error, 'ASHLAR_HTTP_OVERLOADED'))
  for (const socket of sockets) socket.destroy()
  silent.close()
})

test('the answer to HEAD may be about a body of any length', async () => {
  await using server = await start(async () => ({ status: 200, body: 'x'.repeat(1_000) }))
  await using client = createHttpClient({ baseUrl: server.url, name: 'stock', maxResponseBytes: 10 })
  assert.equal((await client.request({ method: 'HEAD', path: '/' })).headers['content-length'], '1000')
})
