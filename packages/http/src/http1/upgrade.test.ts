import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import { currentCall, edgeTable, statusRows, AshlarError } from '@ashlar/kernel'
import { listen, type HttpServer, type ListenOptions } from '../listen.ts'
import type { UpgradeHandler, UpgradeRequest } from '../upgrade-request.ts'

const never = new AbortController().signal
const start = (options: Partial<ListenOptions>): Promise<HttpServer> =>
  listen(async () => ({ status: 200, body: 'plain' }), { port: 0, ...options })

/** Answers the handshake of RFC 6455, section 4.2.2. */
function accept(request: UpgradeRequest, socket: Duplex): void {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
  const token = createHash('sha1').update(key).digest('base64')
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  socket.write([...head, `Sec-WebSocket-Accept: ${token}`, '', ''].join('\r\n'))
}
const textFrame = (text: string): Buffer => Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)])
const closeFrame = Buffer.from([0x88, 2, 0x03, 0xe9])

/** Greets, and sends a close frame when the server drains; the socket ends when the client answers it. */
const greeting: UpgradeHandler = async (request, socket) => {
  accept(request, socket)
  socket.write(textFrame(`hello ${request.url.path}`))
  socket.on('data', (chunk: Buffer) => {
    if (((chunk[0] ?? 0) & 0x0f) === 8) socket.end(closeFrame)
  })
  return { close: () => void socket.write(closeFrame) }
}

const handshake = (more = '', method = 'GET', target = '/live'): string =>
  `${method} ${target} HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${more}\r\n`

interface Probe {
  readonly socket: Socket
  readonly closed: Promise<unknown>
  readonly text: () => string
  /** Resolves when what has come fits, or the server closes. */
  readonly until: (fits: RegExp) => Promise<void>
}

function send(server: HttpServer, bytes: string): Probe {
  const socket = connect(server.port, '127.0.0.1')
  let text = ''
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => {}).on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.write(bytes)
  const until = async (fits: RegExp): Promise<void> => {
    while (!fits.test(text) && !socket.destroyed) await Promise.race([once(socket, 'data').catch(() => {}), closed])
  }
  return { socket, closed, text: () => text, until }
}

test('the platform’s WebSocket client is served by a hook, and leaves when the server drains', async () => {
  await using server = await start({ onUpgrade: greeting })
  const client = new WebSocket(`ws://127.0.0.1:${server.port}/live`)
  const [message] = (await once(client, 'message')) as [MessageEvent]
  assert.equal(message.data, 'hello /live')
  const left = once(client, 'close')
  await server.drain(never)
  const [close] = (await left) as [CloseEvent]
  assert.deepEqual([close.code, close.wasClean], [1001, true])
})

test('a hook sees the request as a handler does, in a call of its own, with the first bytes of the protocol', async () => {
  const seen = Promise.withResolvers<unknown[]>()
  await using server = await start({
    onUpgrade: async (request, socket, head) => {
      const { url, headers, remoteAddress, message } = request
      const trace = currentCall()?.trace.traceId
      seen.resolve([
        url.path,
        url.query.get('q'),
        headers['x-a'],
        remoteAddress,
        message.method,
        head.toString(),
        trace,
      ])
      accept(request, socket)
      return { close: () => {} }
    },
  })
  const traceId = 'a'.repeat(32)
  const more = `X-A: 1\r\ntraceparent: 00-${traceId}-${'b'.repeat(16)}-01\r\n`
  const { socket } = send(server, `${handshake(more, 'GET', '/live?q=x')}early`)
  assert.deepEqual(await seen.promise, ['/live', 'x', '1', '127.0.0.1', 'GET', 'early', traceId])
  socket.destroy()
})

test('without a hook, a WebSocket is refused with a problem document and its connection closed', async () => {
  await using server = await start({})
  const { closed, text } = send(server, handshake())
  await closed
  assert.match(text(), /^HTTP\/1\.1 400 [^]*connection: close[^]*"code":"ASHLAR_HTTP_UPGRADE_REFUSED"/i)
})

test('offers of other protocols are passed over even with a hook', async () => {
  await using server = await start({ onUpgrade: () => assert.fail('was handed over') })
  const { closed, text } = send(
    server,
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nConnection: Upgrade, close\r\n\r\n',
  )
  await closed
  assert.match(text(), /^HTTP\/1\.1 200 [^]*plain$/)
})

const refused: Record<string, [bytes: string, status: number]> = {
  'a method that is not GET': [handshake('', 'POST'), 400],
  'a target that two programs could read differently': [handshake('', 'GET', '/a/../b'), 400],
  'two Hosts': [handshake('Host: b\r\n'), 400],
  'a page of another origin': [handshake('Origin: https://evil.example\r\n'), 403],
  'a page of another port': [handshake('Origin: https://shop.example:444\r\n'), 403],
  'a page without an origin': [handshake('Origin: null\r\n'), 403],
}

for (const [what, [bytes, status]] of Object.entries(refused)) {
  test(`a WebSocket asked for by ${what} is refused with ${status}, and the hook not called`, async () => {
    await using server = await start({ onUpgrade: () => assert.fail('was handed over') })
    const { closed, text } = send(server, bytes)
    await closed
    assert.match(text(), new RegExp(`^HTTP/1\\.1 ${status} `))
  })
}

test('pages of the server’s own origin and of those named may open a WebSocket, and programs without one', async () => {
  await using server = await start({ onUpgrade: greeting, upgradeOrigins: ['https://admin.example'] })
  for (const more of ['Origin: http://shop.example\r\n', 'Origin: https://admin.example\r\n', '']) {
    const { socket, text, until } = send(server, handshake(more))
    await until(/hello/)
    assert.match(text(), /^HTTP\/1\.1 101 /)
    socket.destroy()
  }
})

class ForbiddenError extends AshlarError {
  readonly code = 'TEST_FORBIDDEN' as const
  readonly retryable = false
}

test('what a hook throws is answered by its row, or with 500 and nothing of the reason, and nothing stays open', async () => {
  const reports: unknown[] = []
  await using server = await start({
    edge: edgeTable({ TEST_FORBIDDEN: statusRows.permission_denied }),
    onError: (error, request) => reports.push([(error as Error).message, request]),
    onUpgrade: async ({ url }) => {
      throw url.path === '/forbidden' ? new ForbiddenError('not for you') : new Error('select * from users')
    },
  })
  const forbidden = send(server, handshake('', 'GET', '/forbidden'))
  await forbidden.closed
  assert.match(forbidden.text(), /^HTTP\/1\.1 403 [^]*not for you/)
  const failed = send(server, handshake('', 'GET', '/live?token=secret'))
  await failed.closed
  assert.match(failed.text(), /^HTTP\/1\.1 500 /)
  assert.ok(!failed.text().includes('select'))
  assert.deepEqual(reports, [['select * from users', { method: 'GET', path: '/live', status: 500 }]])
  await server.drain(never)
})

test('a hook that throws after its first byte has its connection cut, without an answer on top, and is reported', async () => {
  const reports: unknown[] = []
  await using server = await start({
    onError: (error, request) => reports.push([(error as Error).message, request.status]),
    onUpgrade: async (request, socket) => {
      accept(request, socket)
      throw new Error('too late')
    },
  })
  const { closed, text } = send(server, handshake())
  await closed
  assert.doesNotMatch(text(), /500/)
  assert.deepEqual(reports, [['too late', 101]])
  await server.drain(never)
})

test('a hook that cannot say goodbye does not keep the server from draining', async () => {
  await using server = await start({
    onUpgrade: async (request, socket) => {
      accept(request, socket)
      return {
        close() {
          throw new Error('lost for words')
        },
      }
    },
  })
  const first = send(server, handshake())
  const second = send(server, handshake())
  await Promise.all([first.until(/101/), second.until(/101/)])
  await server.drain(never)
  await Promise.all([first.closed, second.closed])
})

test('a hook that never answers is cut off with its client, or when the server drains', async () => {
  const asked = new EventEmitter()
  await using server = await start({
    onUpgrade: async (request) => {
      asked.emit('request', request)
      return new Promise(() => {})
    },
  })
  const first = send(server, handshake())
  const [{ signal }] = (await once(asked, 'request')) as [UpgradeRequest]
  first.socket.destroy()
  if (!signal.aborted) await once(signal, 'abort')
  const second = send(server, handshake())
  await once(asked, 'request')
  await server.drain(never)
  await second.closed
})

test('connections over the limit are answered with 503 until one closes', async () => {
  await using server = await start({ onUpgrade: greeting, limits: { upgradedConnections: 1 } })
  const first = send(server, handshake())
  await first.until(/hello/)
  const second = send(server, handshake())
  await second.closed
  assert.match(second.text(), /^HTTP\/1\.1 503 /)
  first.socket.end()
  for (let isFree = false; !isFree;) {
    const next = send(server, handshake())
    await next.until(/hello|503/)
    isFree = /hello/.test(next.text())
    next.socket.destroy()
  }
})

test('failed hooks do not use up the limit', async () => {
  let asked = 0
  await using server = await start({
    limits: { upgradedConnections: 1 },
    onUpgrade: async (request, socket, head) => {
      if (++asked <= 5) throw new ForbiddenError('not yet')
      return greeting(request, socket, head)
    },
  })
  for (let attempt = 1; attempt <= 5; attempt++) await send(server, handshake()).closed
  const last = send(server, handshake())
  await last.until(/hello|HTTP\/1\.1 [45]/)
  assert.match(last.text(), /hello/)
  last.socket.destroy()
})

test('an upgraded connection on which nothing moves is cut', async () => {
  await using server = await start({ onUpgrade: greeting, limits: { idleTimeoutMs: 40 } })
  await send(server, handshake()).closed
})

test('a WebSocket asked for while an earlier request waits for its answer costs the client its connection', async () => {
  let handedOver = 0
  await using server = await listen(() => new Promise(() => {}), {
    port: 0,
    onUpgrade: async () => {
      handedOver++
      return { close: () => {} }
    },
  })
  const { closed, text } = send(server, `GET / HTTP/1.1\r\nHost: a\r\n\r\n${handshake()}`)
  await closed
  assert.equal(text(), '')
  assert.equal(handedOver, 0)
})
