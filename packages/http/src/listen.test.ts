import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as rawRequest, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { currentCall, edgeTable, hasCode } from '@ashlar/kernel'
import { createHttpClient } from './client/index.ts'
import { NotFoundError, httpEdgeRows } from './errors.ts'
import { listen, type ListenOptions } from './listen.ts'
import type { HttpHandler } from './message.ts'

const edge = edgeTable(httpEdgeRows)
const serve = (handler: HttpHandler, options: Partial<ListenOptions> = {}): ReturnType<typeof listen> =>
  listen(handler, { port: 0, edge, ...options })
const clientOf = (server: { url: string }): ReturnType<typeof createHttpClient> =>
  createHttpClient({ baseUrl: server.url, name: 'server' })

test('a handler sees method, path, query, headers, address and body, and its answer is sent in one piece', async () => {
  await using server = await serve(async (request) => {
    assert.equal(request.method, 'POST')
    assert.equal(request.url.path, '/a%20b')
    assert.equal(request.url.query.get('q'), 'x y')
    assert.equal(request.headers['x-test'], '1')
    assert.equal(request.remoteAddress, '127.0.0.1')
    assert.equal(await request.body(), await request.body())
    const body = JSON.stringify({ got: await request.json() })
    return { status: 201, headers: { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] }, body }
  })
  await using client = clientOf(server)
  const answer = await client.request({
    method: 'POST',
    path: '/a%20b',
    query: { q: 'x y' },
    headers: { 'x-test': '1' },
    json: { a: 1 },
  })
  assert.equal(answer.status, 201)
  assert.deepEqual(answer.json(), { got: { a: 1 } })
  assert.equal(answer.headers['content-length'], '15')
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2'])
})

test('it listens on loopback unless told otherwise', async () => {
  await using server = await serve(async () => ({ status: 204 }))
  assert.equal(server.url, `http://127.0.0.1:${server.port}`)
})

test('a request runs as a call in the caller’s trace, and the answer carries the trace id', async () => {
  const seen: (string | undefined)[] = []
  await using server = await serve(async () => {
    seen.push(currentCall()?.trace.traceId)
    return { status: 204 }
  })
  await using client = clientOf(server)
  const traceId = 'a'.repeat(32)
  const traceparent = `00-${traceId}-${'b'.repeat(16)}-01`
  const answer = await client.request({ method: 'GET', path: '/', headers: { traceparent } })
  assert.equal(answer.headers['x-trace-id'], traceId)
  const other = await client.request({ method: 'GET', path: '/', headers: { traceparent: 'nonsense' } })
  assert.match(String(other.headers['x-trace-id']), /^[0-9a-f]{32}$/)
  assert.deepEqual(seen, [traceId, other.headers['x-trace-id']])
})

test('HEAD is answered with the head of GET and no body', async () => {
  await using server = await serve(async () => ({ status: 200, body: 'hello' }))
  const request = rawRequest(server.url, { method: 'HEAD' }).end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  assert.equal(answer.headers['content-length'], '5')
  assert.equal((await answer.toArray()).length, 0)
})

test('an unknown error is answered with a fixed sentence, and reported inside its call', async () => {
  const reports: unknown[] = []
  await using server = await serve(
    async () => {
      throw new Error('select * from users')
    },
    { onError: (error, request) => reports.push([(error as Error).message, request, currentCall()?.trace.traceId]) },
  )
  await using client = clientOf(server)
  const answer = await client.request({ method: 'GET', path: '/x?token=secret' })
  assert.equal(answer.status, 500)
  assert.ok(!answer.text().includes('select'))
  assert.deepEqual(reports, [
    ['select * from users', { method: 'GET', path: '/x', status: 500 }, answer.headers['x-trace-id']],
  ])
})

test('an expected error is answered by its row and not reported', async () => {
  await using server = await serve(
    async (request) => {
      throw new NotFoundError({ path: request.url.path })
    },
    { onError: () => assert.fail('reported') },
  )
  await using client = clientOf(server)
  const answer = await client.request({ method: 'GET', path: '/nowhere' })
  assert.equal(answer.status, 404)
  assert.equal((answer.json() as { detail: string }).detail, 'nothing is served under /nowhere')
})

test('an answer that cannot be written as HTTP becomes a 500, never a split header', async () => {
  await using server = await serve(async () => ({ status: 200, headers: { 'x-a': 'b\r\nx-injected: 1' } }))
  await using client = clientOf(server)
  const answer = await client.request({ method: 'GET', path: '/' })
  assert.equal(answer.status, 500)
  assert.equal(answer.headers['x-injected'], undefined)
})

test('json() demands JSON in UTF-8 and says where it is malformed', async () => {
  await using server = await serve(async (request) => ({ status: 200, body: JSON.stringify(await request.json()) }))
  await using client = clientOf(server)
  const post = async (type: string, body: string, more = {}): Promise<[number, string]> => {
    const answer = await client.request({ method: 'POST', path: '/', headers: { 'content-type': type, ...more }, body })
    return [answer.status, answer.text()]
  }
  assert.deepEqual(await post('application/json; charset=UTF-8', '{"a":1}'), [200, '{"a":1}'])
  assert.deepEqual(await post('application/merge-patch+json', '{}'), [200, '{}'])
  assert.equal((await post('text/plain', '{}'))[0], 415)
  assert.equal((await post('application/json; charset=latin1', '{}'))[0], 415)
  assert.equal((await post('application/json', '{}', { 'content-encoding': 'gzip' }))[0], 415)
  const [status, text] = await post('application/json', '{"password": hunter2}')
  assert.equal(status, 400)
  assert.match(text, /line 1, column 14/)
  assert.ok(!text.includes('hunter2'))
})

test('a body in pieces is sent no faster than the client reads', async () => {
  const piece = Buffer.alloc(256 * 1024)
  let made = 0
  async function* pieces(): AsyncGenerator<Uint8Array> {
    while (made < 200) {
      made++
      yield piece
    }
  }
  await using server = await serve(async () => ({ status: 200, body: pieces() }))
  const request = rawRequest(server.url).end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  // Reading nothing: what is made is what fits the buffers on the way, and it stays at that.
  await once(answer, 'readable')
  assert.ok(made < 200, `${made} pieces were made for a client that reads none`)
  let bytes = 0
  for await (const chunk of answer) bytes += (chunk as Buffer).length
  assert.equal(bytes, 200 * piece.length)
})

test('a body in pieces ends early when the client goes away', async () => {
  const ended = Promise.withResolvers<void>()
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(64 * 1024)
    } finally {
      ended.resolve()
    }
  }
  await using server = await serve(async () => ({ status: 200, body: endless() }), {
    onError: () => assert.fail('reported'),
  })
  const request = rawRequest(server.url).end()
  await once(request, 'response')
  request.destroy()
  await ended.promise
})

test('a body that fails half-way is cut, so that nobody takes it for the whole, and reported', async () => {
  const reports: unknown[] = []
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('first')
    throw new Error('disk gone')
  }
  await using server = await serve(async () => ({ status: 200, body: failing() }), {
    onError: (error) => reports.push((error as Error).message),
  })
  await using client = clientOf(server)
  await assert.rejects(client.request({ method: 'GET', path: '/' }), (error) =>
    hasCode(error, 'ASHLAR_HTTP_UNREACHABLE'),
  )
  assert.deepEqual(reports, ['disk gone'])
})

test('a body in pieces that fails before its first is answered like any error', async () => {
  const reports: unknown[] = []
  const failing = (error: Error): AsyncIterable<Uint8Array> => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        throw error
      },
    }),
  })
  await using server = await serve(
    async ({ url }) => {
      const error = url.path === '/gone' ? new NotFoundError({ path: '/gone' }) : new Error('disk gone')
      return { status: 200, headers: { 'x-a': '1' }, body: failing(error) }
    },
    { onError: (error) => reports.push((error as Error).message) },
  )
  await using client = clientOf(server)
  const gone = await client.request({ method: 'GET', path: '/gone' })
  assert.deepEqual([gone.status, gone.headers['content-type']], [404, 'application/problem+json'])
  assert.equal(gone.headers['x-a'], undefined)
  const answer = await client.request({ method: 'GET', path: '/' })
  assert.equal(answer.status, 500)
  assert.ok(!answer.text().includes('disk'))
  assert.deepEqual(reports, ['disk gone'])
})

test('an empty body in pieces is an empty body', async () => {
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  await using server = await serve(async () => ({ status: 200, body: nothing() }))
  await using client = clientOf(server)
  const answer = await client.request({ method: 'GET', path: '/' })
  assert.deepEqual([answer.status, answer.text()], [200, ''])
})

test('this package’s errors are known without being in the table, whose rows come first', async () => {
  const handler: HttpHandler = async (request) => {
    throw new NotFoundError({ path: request.url.path })
  }
  const own = { ASHLAR_HTTP_NOT_FOUND: { status: 'not_found', http: 410, title: 'Gone' } } as const
  await using plain = await listen(handler, { port: 0 })
  await using silent = await listen(handler, { port: 0, edge: edgeTable() })
  await using told = await listen(handler, { port: 0, edge: edgeTable(own) })
  for (const [server, status] of [
    [plain, 404],
    [silent, 404],
    [told, 410],
  ] as const) {
    await using client = clientOf(server)
    assert.equal((await client.request({ method: 'GET', path: '/x' })).status, status)
  }
})

test('trailers follow a body over HTTP/1.1', async () => {
  await using server = await serve(async () => ({ status: 200, body: 'hello', trailers: () => ({ 'x-sum': '5' }) }))
  const [answer] = (await once(rawRequest(server.url).end(), 'response')) as [IncomingMessage]
  assert.equal(Buffer.concat((await answer.toArray()) as Buffer[]).toString(), 'hello')
  assert.deepEqual(answer.trailers, { 'x-sum': '5' })
})

test('a body can be read as it arrives, no faster than it is read, and no further than the limit', async () => {
  const sizes: number[] = []
  await using server = await serve(
    async (request) => {
      for await (const chunk of request.chunks(request.url.path === '/large' ? 1_000_000 : undefined)) {
        sizes.push(chunk.length)
      }
      return { status: 200, body: String(sizes.reduce((sum, size) => sum + size, 0)) }
    },
    { limits: { bodyBytes: 1_000 } },
  )
  await using client = clientOf(server)
  const post = async (path: string, body: string): Promise<[number, string]> => {
    sizes.length = 0
    const answer = await client.request({ method: 'POST', path, body })
    return [answer.status, answer.text().slice(0, 6)]
  }
  assert.deepEqual(await post('/', 'a'.repeat(1_000)), [200, '1000'])
  assert.deepEqual(await post('/', ''), [200, '0'])
  assert.equal((await post('/', 'a'.repeat(1_001)))[0], 413)
  assert.deepEqual(sizes, [])
  assert.deepEqual(await post('/large', 'a'.repeat(1_000_000)), [200, '100000'])
  assert.ok(sizes.length > 1, 'came in one piece')
})

test('a body in chunks over the limit ends where the limit is, and its client reads why', async () => {
  await using server = await serve(
    async (request) => {
      for await (const chunk of request.chunks()) assert.ok(chunk.length <= 1_000)
      return { status: 204 }
    },
    { limits: { bodyBytes: 1_000 } },
  )
  const request = rawRequest(server.url, { method: 'POST' })
  request.write('a'.repeat(600))
  request.write('a'.repeat(600))
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  assert.equal(answer.statusCode, 413)
  request.on('error', () => {})
  request.end()
})

test('a body is read in one way only', async () => {
  const failures: unknown[] = []
  await using server = await serve(async (request) => {
    if (request.url.path === '/body') await request.body()
    else request.chunks()
    await request.body().catch((error: unknown) => failures.push(error))
    try {
      request.chunks()
    } catch (error) {
      failures.push(error)
    }
    return { status: 204 }
  })
  await using client = clientOf(server)
  await client.request({ method: 'POST', path: '/body', body: 'a' })
  await client.request({ method: 'POST', path: '/chunks', body: 'a' })
  assert.equal(failures.length, 3)
  for (const failure of failures) assert.ok(failure instanceof TypeError)
})

test('the request’s signal aborts when the client goes away, and nothing is reported', async () => {
  const started = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<unknown>()
  await using server = await serve(
    (request) =>
      new Promise((_resolve, reject) => {
        started.resolve()
        request.signal.addEventListener('abort', () => {
          aborted.resolve(request.signal.reason)
          reject(new Error('stopped'))
        })
      }),
    { onError: () => assert.fail('reported') },
  )
  const request = rawRequest(server.url).end()
  request.on('error', () => {})
  await started.promise
  request.destroy()
  assert.ok(hasCode(await aborted.promise, 'ASHLAR_CANCELLED'))
})

test('a port in use is named, with what to do about it', async () => {
  await using first = await serve(async () => ({ status: 204 }))
  await assert.rejects(
    serve(async () => ({ status: 204 }), { port: first.port }),
    {
      code: 'ASHLAR_HTTP_PORT_IN_USE',
      message: `port ${first.port} on 127.0.0.1 is in use; stop the program that listens there or choose another port`,
    },
  )
})

test('an address of another machine is refused in words', async () => {
  await assert.rejects(
    serve(async () => ({ status: 204 }), { host: '192.0.2.1' }),
    {
      code: 'ASHLAR_HTTP_LISTEN',
      message: 'this machine has no address 192.0.2.1; choose one of its own, such as 127.0.0.1',
    },
  )
})
