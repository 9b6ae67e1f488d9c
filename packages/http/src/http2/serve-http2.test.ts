import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { test } from 'node:test'
import { currentCall, hasCode } from '@ashlar/kernel'
import { createHttpClient } from '../client/index.ts'
import { NotFoundError } from '../errors.ts'
import { listen, type HttpServer, type ListenOptions } from '../listen.ts'
import type { HttpHandler } from '../message.ts'
import type { SseEvent } from '../sse/format-event.ts'
import { sse } from '../sse/sse.ts'

const never = new AbortController().signal
const start = (handler: HttpHandler, options: Partial<ListenOptions> = {}): Promise<HttpServer> =>
  listen(handler, { port: 0, ...options })

/** A session that closes with the test. */
async function sessionTo(server: HttpServer): Promise<ClientHttp2Session & AsyncDisposable> {
  const session = connect(server.url)
  session.on('error', () => {})
  await once(session, 'connect')
  return Object.assign(session, { [Symbol.asyncDispose]: async () => session.destroy() })
}

interface Answer {
  readonly status: number | undefined
  readonly headers: Record<string, unknown>
  readonly body: string
  readonly trailers: Record<string, unknown> | undefined
}

async function answerTo(stream: ClientHttp2Stream): Promise<Answer> {
  let trailers: Record<string, unknown> | undefined
  stream.on('trailers', (fields: Record<string, unknown>) => (trailers = fields))
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown> & { ':status'?: number }]
  const body = Buffer.concat((await stream.toArray()) as Buffer[]).toString()
  return { status: headers[':status'], headers, body, trailers }
}

const ask = (session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string): Promise<Answer> => {
  const stream = session.request(headers, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return answerTo(stream)
}

test('on one port, a client that begins with the preface is served over HTTP/2 and others over HTTP/1.1', async () => {
  await using server = await start(async (request) => {
    assert.equal(request.method, 'POST')
    assert.equal(request.url.path, '/a%20b')
    assert.equal(request.url.query.get('q'), 'x y')
    assert.equal(request.headers['x-test'], '1')
    assert.equal(request.headers.host, `127.0.0.1:${server.port}`)
    assert.deepEqual(
      Object.keys(request.headers).filter((name) => name.startsWith(':')),
      [],
    )
    assert.equal(request.remoteAddress, '127.0.0.1')
    const headers = { 'set-cookie': ['a=1', 'b=2'], connection: 'keep-alive' }
    return { status: 201, headers, body: JSON.stringify({ got: await request.json() }) }
  })
  await using session = await sessionTo(server)
  await using client = createHttpClient({ baseUrl: server.url, name: 'server' })
  const fields = { 'x-test': '1', 'content-type': 'application/json' }
  const second = await ask(session, { ...fields, ':method': 'POST', ':path': '/a%20b?q=x+y' }, '{"a":1}')
  const first = await client.request({ method: 'POST', path: '/a%20b?q=x+y', headers: fields, body: '{"a":1}' })
  assert.deepEqual([second.status, second.body], [201, '{"got":{"a":1}}'])
  assert.deepEqual([first.status, first.text()], [201, '{"got":{"a":1}}'])
  for (const headers of [first.headers, second.headers]) {
    assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2'])
    assert.equal(headers['content-length'], '15')
  }
})

test('an HTTP/2 request runs as a call in the caller’s trace; what it throws is a problem document', async () => {
  await using server = await start(async (request) => {
    throw new NotFoundError({ path: `${request.url.path} ${currentCall()?.trace.traceId}` })
  })
  await using session = await sessionTo(server)
  const traceId = 'a'.repeat(32)
  const answer = await ask(session, { ':path': '/x', traceparent: `00-${traceId}-${'b'.repeat(16)}-01` })
  assert.equal(answer.status, 404)
  assert.equal(answer.headers['x-trace-id'], traceId)
  assert.equal((JSON.parse(answer.body) as { detail: string }).detail, `nothing is served under /x ${traceId}`)
})

test('targets that two programs could read differently are refused over HTTP/2 too', async () => {
  await using server = await start(() => assert.fail('was handled'))
  await using session = await sessionTo(server)
  for (const path of ['/api/../admin', '//evil/x', '/a%2fb']) {
    assert.equal((await ask(session, { ':path': path })).status, 400, path)
  }
  assert.equal((await ask(session, { ':path': `/${'a'.repeat(8_192)}` })).status, 414)
  assert.equal((await ask(session, { ':authority': 'a', host: 'b' })).status, 400)
})

for (const body of ['whole', 'in pieces'] as const) {
  test(`trailers follow a body that is sent ${body}, and are asked for when it has ended`, async () => {
    let isOver = false
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('he')
      yield Buffer.from('llo')
      isOver = true
    }
    await using server = await start(async () => ({
      status: 200,
      body: body === 'whole' ? 'hello' : pieces(),
      trailers: () => ({ 'grpc-status': '0', 'x-over': String(isOver) }),
    }))
    await using session = await sessionTo(server)
    const answer = await ask(session, { ':path': '/' })
    assert.equal(answer.body, 'hello')
    assert.equal(answer.trailers?.['grpc-status'], '0')
    assert.equal(answer.trailers['x-over'], String(body === 'in pieces'))
  })
}

test('trailers that cannot be written as HTTP make a whole answer a 500, over either protocol', async () => {
  await using server = await start(async () => ({ status: 200, body: 'x', trailers: () => ({ 'x-a': 'b\r\nc: d' }) }))
  await using session = await sessionTo(server)
  await using client = createHttpClient({ baseUrl: server.url, name: 'server' })
  assert.equal((await ask(session, { ':path': '/' })).status, 500)
  assert.equal((await client.request({ method: 'GET', path: '/' })).status, 500)
})

test('an HTTP/2 answer that cannot be written as HTTP becomes a 500, never a split header', async () => {
  await using server = await start(async () => ({ status: 200, headers: { 'x-a': 'b\r\nx-injected: 1' } }))
  await using session = await sessionTo(server)
  const answer = await ask(session, { ':path': '/' })
  assert.equal(answer.status, 500)
  assert.equal(answer.headers['x-injected'], undefined)
})

test('HEAD and 204 have no body over HTTP/2', async () => {
  await using server = await start(async ({ url }) => ({ status: url.path === '/none' ? 204 : 200, body: 'hello' }))
  await using session = await sessionTo(server)
  const head = await ask(session, { ':method': 'HEAD', ':path': '/' })
  assert.deepEqual([head.status, head.headers['content-length'], head.body], [200, '5', ''])
  const none = await ask(session, { ':path': '/none' })
  assert.deepEqual([none.status, none.body], [204, ''])
})

test('when a stream is reset its request’s signal aborts and its body ends; other streams go on', async () => {
  const started = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<unknown>()
  const ended = Promise.withResolvers<void>()
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(16 * 1024)
    } finally {
      ended.resolve()
    }
  }
  await using server = await start(
    async (request) => {
      if (request.url.path === '/other') return { status: 200, body: 'other' }
      if (request.url.path === '/endless') return { status: 200, body: endless() }
      request.signal.addEventListener('abort', () => aborted.resolve(request.signal.reason))
      started.resolve()
      return new Promise(() => {})
    },
    { onError: () => assert.fail('reported') },
  )
  await using session = await sessionTo(server)
  const waiting = session.request({ ':path': '/waiting' })
  waiting.on('error', () => {})
  await started.promise
  waiting.close(constants.NGHTTP2_CANCEL)
  assert.ok(hasCode(await aborted.promise, 'ASHLAR_CANCELLED'))
  const stream = session.request({ ':path': '/endless' })
  await once(stream, 'response')
  stream.close(constants.NGHTTP2_CANCEL)
  await ended.promise
  assert.equal((await ask(session, { ':path': '/other' })).body, 'other')
})

test('a body in pieces is sent no faster than the client’s window opens', async () => {
  const piece = Buffer.alloc(64 * 1024)
  let made = 0
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (; made < 200; made++) yield piece
  }
  await using server = await start(async () => ({ status: 200, body: pieces() }))
  await using session = await sessionTo(server)
  const stream = session.request({ ':path': '/' })
  await once(stream, 'readable')
  assert.ok(made < 200, `${made} pieces were made for a client that reads none`)
  let bytes = 0
  for await (const chunk of stream) bytes += (chunk as Buffer).length
  assert.equal(bytes, 200 * piece.length)
})

test('a body that fails half-way resets its stream, so that nobody takes it for the whole', async () => {
  const reports: unknown[] = []
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('first')
    throw new Error('disk gone')
  }
  await using server = await start(async () => ({ status: 200, body: failing() }), {
    onError: (error) => reports.push((error as Error).message),
  })
  await using session = await sessionTo(server)
  await assert.rejects(ask(session, { ':path': '/' }), { code: 'ERR_HTTP2_STREAM_ERROR' })
  assert.deepEqual(reports, ['disk gone'])
})

test('a body over the limit is answered with 413, declared or not, and its client is told to stop', async () => {
  await using server = await start(async (request) => ({ status: 200, body: `${(await request.body()).length}` }), {
    limits: { bodyBytes: 1_000 },
  })
  await using session = await sessionTo(server)
  const post = { ':method': 'POST', ':path': '/' }
  assert.equal((await ask(session, post, 'a'.repeat(1_000))).body, '1000')
  const declared = session.request({ ...post, 'content-length': 1_000_000 })
  assert.equal((await answerTo(declared)).status, 413)
  const undeclared = session.request(post)
  undeclared.on('error', () => {})
  undeclared.write('a'.repeat(1_001))
  assert.equal((await answerTo(undeclared)).status, 413)
  for (const stream of [declared, undeclared]) if (!stream.closed) await once(stream, 'close')
  assert.equal((await ask(session, post, 'a')).body, '1')
})

test('a client that waits for leave to send its body gets it over HTTP/2', async () => {
  await using server = await start(async (request) => ({ status: 200, body: await request.body() }))
  await using session = await sessionTo(server)
  const stream = session.request({ ':method': 'POST', ':path': '/', expect: '100-continue' })
  await once(stream, 'continue')
  stream.end('hello')
  assert.equal((await answerTo(stream)).body, 'hello')
})

test('a body read as it arrives over HTTP/2 is the body that was sent', async () => {
  const sent = Buffer.from(Array.from({ length: 400_000 }, (_, index) => index % 251))
  await using server = await start(async (request) => {
    const chunks: Buffer[] = []
    for await (const chunk of request.chunks()) chunks.push(chunk)
    assert.ok(chunks.length > 1, 'came in one piece')
    return { status: 200, body: String(Buffer.concat(chunks).equals(sent)) }
  })
  await using session = await sessionTo(server)
  const stream = session.request({ ':method': 'POST', ':path': '/' })
  stream.end(sent)
  assert.equal((await answerTo(stream)).body, 'true')
})

test('a stream of events ends with its server over HTTP/2 too', async () => {
  async function* silent(): AsyncGenerator<SseEvent> {
    yield { data: 'a' }
    await new Promise(() => {})
  }
  await using server = await start(async (request) => sse(request, silent(), { retryMs: 750 }))
  await using session = await sessionTo(server)
  const stream = session.request({ ':path': '/' })
  let text = ''
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  while (!text.includes('data: a')) await once(stream, 'data')
  const ended = once(stream, 'end')
  await server.drain(never)
  await ended
  assert.equal(text, 'retry: 750\n\ndata: a\n\nretry: 750\n\n')
})

test('draining tells HTTP/2 clients to begin nothing more, finishes the streams in flight and closes', async () => {
  const entered = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  await using server = await start(async ({ url }) => {
    if (url.path === '/first') return { status: 204 }
    entered.resolve()
    await opened.promise
    return { status: 200, body: 'done' }
  })
  await using busy = await sessionTo(server)
  await using idle = await sessionTo(server)
  await ask(idle, { ':path': '/first' })
  const answer = ask(busy, { ':path': '/' })
  await entered.promise
  const told = Promise.all([once(busy, 'goaway'), once(idle, 'goaway'), once(idle, 'close')])
  let isDrained = false
  const drained = server.drain(never).then(() => (isDrained = true))
  await told
  assert.equal(isDrained, false)
  opened.resolve()
  assert.equal((await answer).body, 'done')
  await drained
})
