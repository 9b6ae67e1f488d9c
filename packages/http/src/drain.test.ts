import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request as rawRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { edgeTable } from '@ashlar/kernel'
import { httpEdgeRows } from './errors.ts'
import { listen, type HttpServer } from './listen.ts'
import type { HttpHandler } from './message.ts'

const never = new AbortController().signal
const start = (handler: HttpHandler): Promise<HttpServer> => listen(handler, { port: 0, edge: edgeTable(httpEdgeRows) })

/** A handler that answers when it is told to. */
function gate(): { handler: HttpHandler; entered: Promise<void>; open: () => void } {
  const entered = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const handler: HttpHandler = async () => {
    entered.resolve()
    await opened.promise
    return { status: 200, body: 'done' }
  }
  return { handler, entered: entered.promise, open: () => opened.resolve() }
}

test('draining finishes the answers in flight, each of which closes its connection', async () => {
  const { handler, entered, open } = gate()
  await using server = await start(handler)
  const agent = new Agent({ keepAlive: true })
  const request = rawRequest(server.url, { agent }).end()
  await entered
  let isDrained = false
  const drained = server.drain(never).then(() => (isDrained = true))
  await once(connect(server.port, '127.0.0.1'), 'error')
  assert.equal(isDrained, false)
  open()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  assert.equal(answer.headers.connection, 'close')
  assert.equal(Buffer.concat((await answer.toArray()) as Buffer[]).toString(), 'done')
  await drained
  agent.destroy()
})

test('draining refuses new connections', async () => {
  const { handler, entered, open } = gate()
  await using server = await start(handler)
  const request = rawRequest(server.url).end()
  const answered = once(request, 'response')
  await entered
  const drained = server.drain(never)
  const [error] = (await once(connect(server.port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException]
  assert.equal(error.code, 'ECONNREFUSED')
  open()
  const [answer] = (await answered) as [IncomingMessage]
  answer.resume()
  await drained
})

test('draining closes idle connections at once, those that never sent a request too', async () => {
  await using server = await start(async () => ({ status: 204 }))
  const used = connect(server.port, '127.0.0.1')
  used.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(used, 'data')
  const silent = connect(server.port, '127.0.0.1')
  await once(silent, 'connect')
  const closed = Promise.all([once(used, 'close'), once(silent, 'close')])
  await server.drain(never)
  await closed
})

test('an answer whose head went out before draining closes its connection when it ends', async () => {
  const next = Promise.withResolvers<void>()
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a')
    await next.promise
    yield Buffer.from('b')
  }
  await using server = await start(async () => ({ status: 200, body: body() }))
  const agent = new Agent({ keepAlive: true })
  const [answer] = (await once(rawRequest(server.url, { agent }).end(), 'response')) as [IncomingMessage]
  const drained = server.drain(never)
  next.resolve()
  assert.equal(Buffer.concat((await answer.toArray()) as Buffer[]).toString(), 'ab')
  await drained
  agent.destroy()
})

test('draining gives up when its signal aborts, and disposing then cuts what is left', async () => {
  const { handler, entered } = gate()
  const server = await start(handler)
  const request = rawRequest(server.url).end()
  const failed = once(request, 'error')
  await entered
  const giveUp = new AbortController()
  const drained = server.drain(giveUp.signal)
  giveUp.abort(new Error('long enough'))
  await assert.rejects(drained, /long enough/)
  await server[Symbol.asyncDispose]()
  await failed
})

test('draining and disposing twice is the same as once', async () => {
  const server = await start(async () => ({ status: 204 }))
  await Promise.all([server.drain(never), server.drain(never)])
  await server[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})
