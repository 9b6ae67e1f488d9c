import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { listen, type HttpServer } from './listen.ts'

let server: HttpServer
/** One that gives its clients little time. */
let hurried: HttpServer
let handled = 0

before(async () => {
  const handler = async (request: { body(): Promise<Buffer> }): Promise<{ status: number; body: string }> => {
    handled++
    return { status: 200, body: `${(await request.body()).length} bytes` }
  }
  server = await listen(handler, { port: 0, limits: { bodyBytes: 1_000, connections: 20 } })
  // The platform's own timers; ours stand still.
  const limits = { headersTimeoutMs: 40, requestTimeoutMs: 80 }
  hurried = await listen(handler, { port: 0, limits, clock: new VirtualClock() })
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await hurried[Symbol.asyncDispose]()
})

/** Sends bytes as they are and resolves with everything that comes back until the server closes. */
function probe(bytes: string, more?: (write: (bytes: string) => void) => void, to = server): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(to.port, '127.0.0.1', () => {
      socket.write(bytes, 'latin1')
      more?.((text) => void (socket.writable && socket.write(text, 'latin1')))
    })
    socket.on('data', (chunk) => (received += chunk.toString('latin1')))
    // A server that cuts a client off may reset the connection; what it said before counts.
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
  })
}

const statusOf = (received: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1])
const get = (headers: string, target = '/', version = '1.1'): string =>
  `GET ${target} HTTP/${version}\r\n${headers}Connection: close\r\n\r\n`
const post = (headers: string, body: string): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n${body}`
const chunked = 'Transfer-Encoding: chunked\r\n'

const ambiguous: Record<string, string> = {
  'both Content-Length and Transfer-Encoding': post(`Content-Length: 5\r\n${chunked}`, '0\r\n\r\n'),
  'a transfer coding after chunked': post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'),
  'an unknown transfer coding': post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'),
  'two different lengths': post('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!'),
  'the same length twice': post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'),
  'a list of lengths': post('Content-Length: 5, 5\r\n', 'hello'),
  'a negative length': post('Content-Length: -1\r\n', ''),
  'a length that overflows': post('Content-Length: 18446744073709551617\r\n', 'h'),
  'a Transfer-Encoding behind a folded line': post('X-A: b\r\n Transfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  'line ends without CR': 'GET / HTTP/1.1\nHost: a\nConnection: close\n\n',
  'a signed length': post('Content-Length: +5\r\n', 'hello'),
  'a space before the colon': post('Content-Length : 5\r\n', 'hello'),
  'a folded header': post('X-A: b\r\n c\r\n', ''),
  'a bare LF after a header': 'GET / HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n',
  'a bare CR in a header': get('Host: a\r\nX-A: b\rc\r\n'),
  'a NUL in a header': get('Host: a\r\nX-A: b\0c\r\n'),
  'no Host': get(''),
  'two Hosts': get('Host: a\r\nhost: b\r\n'),
  'a bare LF in a chunk extension': post(chunked, '1;a=\nb\r\nx\r\n0\r\n\r\n'),
  'a chunk size that is not hexadecimal': post(chunked, '0x1\r\nx\r\n0\r\n\r\n'),
  'a chunk that is longer than it says': post(chunked, '1\r\nxy\r\n0\r\n\r\n'),
  'a chunk that ends in a bare LF': post(chunked, '1\r\nx\n0\r\n\r\n'),
  'a chunk size that overflows': post(chunked, '10000000000000001\r\nx\r\n0\r\n\r\n'),
  'Transfer-Encoding in HTTP/1.0': `POST / HTTP/1.0\r\nHost: a\r\n${chunked}\r\n0\r\n\r\n`,
  'an absolute target': get('Host: a\r\n', 'http://169.254.169.254/latest'),
  'a parent segment': get('Host: a\r\n', '/api/../admin'),
  'an encoded parent segment': get('Host: a\r\n', '/api/%2e%2e/admin'),
  'a backslash': get('Host: a\r\n', '/api\\..\\admin'),
  'a network path': get('Host: a\r\n', '//evil/x'),
}

for (const [what, bytes] of Object.entries(ambiguous)) {
  test(`${what} is answered with 400 and the connection closed`, async () => {
    assert.equal(statusOf(await probe(bytes)), 400)
  })
}

test('CONNECT is not served', async () => {
  handled = 0
  assert.equal(await probe('CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n'), '')
  assert.equal(handled, 0)
})

test('an offer to upgrade is passed over: the request is answered as it is', async () => {
  const headers = 'Host: a\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'
  assert.equal(statusOf(await probe(`GET / HTTP/1.1\r\n${headers}Connection: Upgrade, close\r\n\r\n`)), 200)
})

test('headers over 16 KiB in all are answered with 431', async () => {
  assert.equal(statusOf(await probe(get(`Host: a\r\nX-A: ${'b'.repeat(17_000)}\r\n`))), 431)
  assert.equal(statusOf(await probe(get(`Host: a\r\n${`X-A: ${'b'.repeat(97)}\r\n`.repeat(170)}`))), 431)
})

test('a second Host is found behind any number of headers', async () => {
  assert.equal(statusOf(await probe(get(`Host: a\r\n${'a:b\r\n'.repeat(2_200)}Host: b\r\n`))), 400)
})

test('a target over 8 KiB is answered with 414', async () => {
  assert.equal(statusOf(await probe(get('Host: a\r\n', `/${'a'.repeat(8_192)}`))), 414)
})

test('a declared body over the limit is answered with 413 before it is sent', async () => {
  const received = await probe(post('Content-Length: 1001\r\nExpect: 100-continue\r\n', ''))
  assert.equal(statusOf(received), 413)
  assert.match(received, /connection: close/i)
})

test('a client that waits for leave to send its body gets it', async () => {
  const received = await probe(post('Content-Length: 5\r\nExpect: 100-continue\r\n', 'hello'))
  assert.match(received, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[^]*5 bytes$/)
})

test('a chunked body over the limit is answered with 413 as soon as it is over', async () => {
  const received = await probe(post(chunked, `3e9\r\n${'a'.repeat(1_001)}\r\n`))
  assert.equal(statusOf(received), 413)
  assert.match(received, /ASHLAR_HTTP_BODY_TOO_LARGE/)
})

test('a client that sends its whole body although it is too large still reads the answer', async () => {
  const received = await probe(post('Content-Length: 900000\r\n', 'a'.repeat(900_000)))
  assert.equal(statusOf(received), 413)
  assert.match(received, /"code":"ASHLAR_HTTP_BODY_TOO_LARGE"[^]*}$/)
})

test('a client that does not stop sending is cut off', async () => {
  const flood = `10000\r\n${'a'.repeat(65_536)}\r\n`
  const received = await probe(post(chunked, flood), (write) => {
    for (let sent = 0; sent < 200; sent++) write(flood)
  })
  assert.match(received, /^(HTTP\/1\.1 413|$)/)
})

test('a body at the limit is read', async () => {
  assert.match(await probe(post('Content-Length: 1000\r\n', 'a'.repeat(1_000))), /1000 bytes$/)
})

test('a body that nobody reads costs the client its connection, not its answer, and is no request', async () => {
  const other = await listen(async () => ({ status: 404 }), { port: 0 })
  const smuggled = 'GET /admin HTTP/1.1\r\nHost: a\r\n\r\n'
  const socket = connect(other.port, '127.0.0.1')
  let received = ''
  let isEnded = false
  socket.on('data', (chunk) => (received += chunk.toString()))
  socket.on('end', () => (isEnded = true))
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n`)
  await once(socket, 'data')
  assert.match(received, /^HTTP\/1\.1 404 [^]*connection: close/i)
  // Time for the server to close, had it not to wait for the body.
  const asking = connect(other.port, '127.0.0.1')
  asking.write(get('Host: a\r\n'))
  await once(asking.resume(), 'close')
  assert.equal(isEnded, false)
  socket.write(smuggled)
  await once(socket, 'close')
  assert.equal(received.match(/HTTP\/1\.1/g)?.length, 1)
  await other[Symbol.asyncDispose]()
})

test('a client that does not finish its headers in time is answered with 408 and cut off', async () => {
  assert.equal(statusOf(await probe('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ', undefined, hurried)), 408)
})

test('a client that does not finish its body in time is cut off', async () => {
  const received = await probe('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc', undefined, hurried)
  assert.equal(statusOf(received), 408)
})

test('connections over the limit are closed at once', async () => {
  const limited = await listen(async () => ({ status: 204 }), {
    port: 0,
    limits: { connections: 1 },
  })
  const first = connect(limited.port, '127.0.0.1')
  await new Promise((resolve) => {
    first.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    first.once('data', resolve)
  })
  await new Promise((resolve) => connect(limited.port, '127.0.0.1').on('error', resolve).on('close', resolve))
  first.destroy()
  await limited[Symbol.asyncDispose]()
})

test('a client that was told to go on, and sends too much, is listened to until it has read the refusal', async () => {
  const handler = async (request: { body(): Promise<Buffer> }): Promise<{ status: number }> => {
    await request.body()
    return { status: 200 }
  }
  await using patient = await listen(handler, { port: 0, limits: { bodyBytes: 1_000 } })
  const socket = connect(patient.port, '127.0.0.1')
  let received = ''
  let isEnded = false
  socket.on('data', (chunk) => (received += chunk.toString('latin1'))).on('end', () => (isEnded = true))
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n${chunked}\r\n`)
  while (!received.includes('100 Continue')) await once(socket, 'data')
  socket.write(`7d0\r\n${'x'.repeat(2_000)}\r\n`)
  while (!received.includes('413')) await once(socket, 'data')
  // Long enough for an end that had been sent with the answer to arrive.
  await probe(get('Host: a\r\n'))
  assert.equal(isEnded, false)
  socket.write('0\r\n\r\n')
  await once(socket, 'end')
})

test('one connection cannot have any number of requests under way', async () => {
  let running = 0
  let most = 0
  const never = async ({ signal }: { signal: AbortSignal }): Promise<never> => {
    most = Math.max(most, ++running)
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        running--
        reject(signal.reason)
      })
    })
  }
  await using strict = await listen(never, { port: 0, limits: { pipelinedRequests: 8 } })
  const socket = connect(strict.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(100))
  await once(socket, 'close')
  assert.equal(most, 8)
  assert.equal(running, 0)
})
