import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { listen, type HttpServer, type ListenOptions } from '../listen.ts'
import type { HttpHandler } from '../message.ts'
import {
  errorCodeOf,
  fields,
  flags,
  frame,
  preface,
  rawClient,
  request,
  requestFields,
  reset,
  settings,
  types,
  type RawClient,
} from './frames.test.support.ts'

const codes = { refused: 7, cancel: 8, calm: 11 }
const answering: HttpHandler = async () => ({ status: 204 })
const start = (handler: HttpHandler, options: Partial<ListenOptions> = {}): Promise<HttpServer> =>
  listen(handler, { port: 0, ...options })

/** Resolves when the server has taken note of everything that was sent. */
const settled = async ({ socket, next }: RawClient): Promise<void> => {
  const mark = Buffer.alloc(8)
  mark.writeUInt32BE(++marks)
  socket.write(frame(types.ping, 0, 0, mark))
  await next((one) => one.type === types.ping && one.payload.equals(mark))
}
let marks = 0

const silences: Record<string, Buffer> = {
  'says nothing': Buffer.alloc(0),
  'begins a preface and stops': preface.subarray(0, 10),
  'sends what may become a method or a preface': Buffer.from('P'),
}

for (const [what, bytes] of Object.entries(silences)) {
  test(`a client that ${what} is cut off when its time is up`, async () => {
    const clock = new VirtualClock()
    await using server = await start(answering, { clock, limits: { headersTimeoutMs: 5_000 } })
    const { socket, closed } = await rawClient(server.port, bytes)
    // A second client's answer shows that the first one's bytes have arrived.
    const other = await rawClient(server.port)
    await settled(other)
    await clock.advance(4_990)
    assert.equal(socket.destroyed, false)
    await clock.advance(10)
    await closed
  })
}

test('a preface in pieces is a preface, and a method that begins like one is a method', async () => {
  await using server = await start(answering)
  const client = await rawClient(server.port, preface.subarray(0, 3))
  await new Promise((resolve) => client.socket.write(preface.subarray(3, 23), resolve))
  client.socket.write(Buffer.concat([preface.subarray(23), settings(), request(1)]))
  assert.ok(await client.next((one) => one.type === types.headers && one.stream === 1))
  client.socket.destroy()
  for (const method of ['PUT', 'PROPFIND']) {
    const plain = await rawClient(server.port, Buffer.from(method.slice(0, 1)))
    let text = ''
    plain.socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    // By the time that another client has its answer, the first letter has arrived.
    const other = await rawClient(server.port)
    await settled(other)
    other.socket.destroy()
    plain.socket.write(`${method.slice(1)} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    await plain.closed
    assert.match(text, /^HTTP\/1\.1 204 /)
  }
})

test('a preface that turns into something else is answered with 400', async () => {
  await using server = await start(() => assert.fail('was handled'))
  const { socket, closed } = await rawClient(server.port, Buffer.alloc(0))
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.write('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n')
  await closed
  assert.match(text, /^HTTP\/1\.1 400 /)
})

test('a client that begins no stream is told to go when its time is up, and cut off if it stays', async () => {
  const clock = new VirtualClock()
  await using server = await start(answering, { clock, limits: { headersTimeoutMs: 5_000 } })
  const client = await rawClient(server.port, undefined, { allowHalfOpen: true })
  await settled(client)
  const told = once(client.socket, 'end')
  await clock.advance(5_000)
  assert.ok(await client.next((one) => one.type === types.goaway))
  await told
  const drained = server.drain(new AbortController().signal)
  await clock.advance(1_000)
  await drained
  assert.equal(clock.armed, 0)
  client.socket.destroy()
})

test('a headers block that never ends is cut off when its time is up', async () => {
  const clock = new VirtualClock()
  await using server = await start(() => assert.fail('was handled'), { clock, limits: { headersTimeoutMs: 5_000 } })
  const client = await rawClient(server.port)
  await settled(client)
  await new Promise((resolve) => client.socket.write(request(1, requestFields(), flags.endStream), resolve))
  await clock.advance(6_100)
  await client.closed
})

test('a connection without streams is kept for its next request, and no longer than that', async () => {
  const clock = new VirtualClock()
  await using server = await start(answering, {
    clock,
    limits: { headersTimeoutMs: 5_000, keepAliveTimeoutMs: 60_000 },
  })
  const client = await rawClient(server.port)
  client.socket.write(request(1))
  await client.next((one) => one.stream === 1 && (one.flags & flags.endStream) !== 0)
  await settled(client)
  await clock.advance(59_000)
  client.socket.write(request(3))
  assert.ok(await client.next((one) => one.stream === 3 && (one.flags & flags.endStream) !== 0))
  await settled(client)
  await clock.advance(61_100)
  await client.closed
})

test('a body that does not come in time costs its stream, not the connection', async () => {
  const clock = new VirtualClock()
  const entered = Promise.withResolvers<void>()
  const failed = Promise.withResolvers<unknown>()
  await using server = await start(
    async (req) => {
      if (req.method === 'GET') return { status: 204 }
      entered.resolve()
      await req.body().catch((error: unknown) => {
        failed.resolve(error)
        throw error
      })
      return { status: 204 }
    },
    { clock, limits: { requestTimeoutMs: 30_000 } },
  )
  const client = await rawClient(server.port)
  client.socket.write(request(1, requestFields([], 'POST'), flags.endHeaders))
  await entered.promise
  await clock.advance(30_000)
  const cut = await client.next((one) => one.type === types.reset && one.stream === 1)
  assert.equal(errorCodeOf(cut), codes.cancel)
  assert.match(String(await failed.promise), /went away/)
  client.socket.write(request(3))
  assert.ok(await client.next((one) => one.type === types.headers && one.stream === 3))
  client.socket.destroy()
})

test('a client that opens no window for its answer loses the stream', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(16 * 1024)
  }
  await using server = await start(async () => ({ status: 200, body: endless() }), { limits: { idleTimeoutMs: 60 } })
  const client = await rawClient(server.port)
  client.socket.write(request(1))
  const cut = await client.next((one) => one.type === types.reset)
  assert.equal(errorCodeOf(cut), codes.cancel)
  client.socket.destroy()
})

test('streams over the limit are refused, to be sent again, and never reach the handler', async () => {
  const opened = Promise.withResolvers<void>()
  let handled = 0
  await using server = await start(
    async () => {
      handled++
      await opened.promise
      return { status: 204 }
    },
    { limits: { concurrentStreams: 4 } },
  )
  const client = await rawClient(server.port)
  for (const stream of [1, 3, 5, 7, 9]) client.socket.write(request(stream))
  assert.equal(errorCodeOf(await client.next((one) => one.type === types.reset && one.stream === 9)), codes.refused)
  assert.equal(handled, 4)
  opened.resolve()
  await client.next((one) => one.type === types.headers && one.stream === 7)
  client.socket.destroy()
})

test('a client that resets what it asks for (CVE-2023-44487) has few handlers running, and is cut off', async () => {
  let running = 0
  let most = 0
  const entered = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  await using server = await start(
    async () => {
      most = Math.max(most, ++running)
      entered.resolve()
      // Pays no heed to its signal.
      await released.promise
      running--
      return { status: 204 }
    },
    { limits: { concurrentStreams: 8 } },
  )
  const client = await rawClient(server.port)
  const streams = Array.from({ length: 2_000 }, (_, index) => 2 * index + 1)
  client.socket.write(Buffer.concat(streams.flatMap((stream) => [request(stream), reset(stream)])))
  await client.closed
  await entered.promise
  assert.ok(most <= 8, `${most} handlers ran at once`)
  released.resolve()
})

test('headers over the limit never reach the handler, in one field, in many, or in continuations', async () => {
  await using server = await start(() => assert.fail('was handled'), { limits: { headerBytes: 4_096 } })
  const large: Record<string, Buffer> = {
    'one field': request(1, requestFields([['x-a', 'b'.repeat(5_000)]])),
    'many fields': request(1, requestFields(Array.from({ length: 110 }, (_, index) => [`x-${index}`, 'b']))),
    continuations: Buffer.concat([
      request(1, requestFields([['x-a', 'b'.repeat(2_000)]]), flags.endStream),
      frame(types.continuation, flags.endHeaders, 1, fields([['x-b', 'b'.repeat(3_000)]])),
    ]),
  }
  for (const [what, bytes] of Object.entries(large)) {
    const client = await rawClient(server.port)
    await settled(client)
    // The limit holds from when the client has agreed to it.
    client.socket.write(Buffer.concat([frame(types.settings, flags.ack, 0), bytes]))
    const cut = await client.next((one) => one.type === types.reset || one.type === types.goaway)
    assert.equal(errorCodeOf(cut), codes.calm, what)
    client.socket.destroy()
  }
})

test('headers over the limit never reach the handler of a client that has not agreed to it', async () => {
  await using server = await start(() => assert.fail('was handled'), { limits: { headerBytes: 4_096 } })
  const client = await rawClient(server.port)
  client.socket.write(request(1, requestFields([['x-a', 'b'.repeat(5_000)]])))
  const answer = await client.next((one) => one.stream === 1)
  assert.ok(answer)
  client.socket.destroy()
})

test('a flood of continuations is cut off', async () => {
  await using server = await start(() => assert.fail('was handled'))
  const client = await rawClient(server.port)
  client.socket.write(request(1, requestFields(), flags.endStream))
  const flood = frame(types.continuation, 0, 1, fields([['x-a', 'b'.repeat(16)]]))
  for (let sent = 0; sent < 2_000; sent++) client.socket.write(flood)
  await client.closed
})

const floods: Record<string, [first: Buffer, again: Buffer]> = {
  pings: [Buffer.alloc(0), frame(types.ping, 0, 0, Buffer.alloc(8))],
  settings: [Buffer.alloc(0), settings()],
  'empty pieces of a body': [request(1, requestFields([], 'POST'), flags.endHeaders), frame(types.data, 0, 1)],
}

for (const [what, [first, again]] of Object.entries(floods)) {
  test(`a client that floods with ${what} and reads nothing is cut off`, async () => {
    await using server = await start(async (req) => {
      await req.body()
      return { status: 204 }
    })
    const { socket, closed } = await rawClient(server.port)
    socket.pause()
    socket.write(first)
    const many = Buffer.concat(Array.from({ length: 2_000 }, () => again))
    while (!socket.destroyed) {
      if (!socket.write(many)) await Promise.race([once(socket, 'drain').catch(() => {}), closed])
    }
  })
}

test('a flood of resets for streams that are none is cut off', async () => {
  await using server = await start(() => assert.fail('was handled'))
  const client = await rawClient(server.port)
  for (let sent = 0; sent < 2_000; sent++) client.socket.write(reset(1))
  await client.closed
})

const malformed: Record<string, Buffer> = {
  'a transfer coding': request(1, requestFields([['transfer-encoding', 'chunked']])),
  'a connection field': request(1, requestFields([['connection', 'close']])),
  'a name in capitals': request(1, requestFields([['X-A', 'b']])),
  'two paths': request(1, requestFields([[':path', '/admin']])),
  'a length that is not that of the body': Buffer.concat([
    request(1, requestFields([['content-length', '5']], 'POST'), flags.endHeaders),
    frame(types.data, flags.endStream, 1, Buffer.from('hello!')),
  ]),
}

for (const [what, bytes] of Object.entries(malformed)) {
  test(`an HTTP/2 request with ${what} is no request`, async () => {
    let handled = 0
    await using server = await start(async (req) => {
      await req.body()
      handled++
      return { status: 204 }
    })
    const client = await rawClient(server.port)
    client.socket.write(bytes)
    const refused = await client.next((one) => one.type === types.reset || one.type === types.goaway)
    assert.ok(refused)
    await settled(client)
    assert.equal(handled, 0)
    client.socket.destroy()
  })
}

test('a field with a line break in it never reaches the handler', async () => {
  const seen: unknown[] = []
  await using server = await start(async ({ headers }) => {
    seen.push(headers['x-a'])
    return { status: 204 }
  })
  const client = await rawClient(server.port)
  client.socket.write(request(1, requestFields([['x-a', 'b\r\nx-c: d']])))
  await client.next((one) => one.stream === 1)
  assert.deepEqual(
    seen.filter((value) => value !== undefined),
    [],
  )
  client.socket.destroy()
})

test('a body that breaks off is not taken for a whole one', async () => {
  for (const how of ['reset', 'reset without an error', 'end', 'destroy'] as const) {
    const entered = Promise.withResolvers<void>()
    const read = Promise.withResolvers<unknown>()
    await using server = await start(async (req) => {
      entered.resolve()
      read.resolve(await req.body().catch((error: unknown) => error))
      return { status: 204 }
    })
    const client = await rawClient(server.port)
    client.socket.write(request(1, requestFields([], 'POST'), flags.endHeaders))
    client.socket.write(frame(types.data, 0, 1, Buffer.from('part')))
    await entered.promise
    await settled(client)
    if (how === 'end' || how === 'destroy') client.socket[how]()
    else client.socket.write(reset(1, how === 'reset' ? codes.cancel : 0))
    assert.match(String(await read.promise), /went away while sending/, how)
    client.socket.destroy()
  }
})
