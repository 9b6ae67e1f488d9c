import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as rawRequest, type IncomingMessage } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { AshlarError, currentCall, edgeTable, formatTraceparent, newTrace, statusRows } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { serverRequest, type ServerRequest } from './events.ts'
import { listen, type HttpServer, type ListenOptions } from './listen.ts'
import type { HttpHandler } from './message.ts'

class TooLateError extends AshlarError {
  readonly code = 'TEST_TOO_LATE' as const
  readonly retryable = false
}
class GoneError extends AshlarError {
  readonly code = 'TEST_GONE' as const
  readonly retryable = false
}
const edge = edgeTable({ TEST_TOO_LATE: statusRows.deadline_exceeded, TEST_GONE: statusRows.not_found })

interface Observed {
  readonly server: HttpServer
  readonly clock: VirtualClock
  /** The next event that has not been asked for. */
  next(): Promise<ServerRequest>
  readonly events: readonly ServerRequest[]
}

async function observed(t: TestContext, handler: HttpHandler, options: Partial<ListenOptions> = {}): Promise<Observed> {
  const clock = new VirtualClock()
  const server = await listen(handler, { port: 0, edge, clock, ...options })
  const events: ServerRequest[] = []
  let told = Promise.withResolvers<void>()
  const subscription = serverRequest.subscribe((event) => {
    events.push(event)
    told.resolve()
  })
  t.after(async () => {
    subscription[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })
  let taken = 0
  const next = async (): Promise<ServerRequest> => {
    while (events.length <= taken) {
      await told.promise
      told = Promise.withResolvers<void>()
    }
    return events[taken++] as ServerRequest
  }
  return { server, clock, next, events }
}

async function ask({ server }: Pick<Observed, 'server'>, options: object = {}): Promise<IncomingMessage> {
  const [answer] = (await once(rawRequest(server.url, { agent: false, ...options }).end(), 'response')) as [
    IncomingMessage,
  ]
  answer.resume()
  return answer
}

test('a request is told of once, when it has been answered: what was asked, what came of it and how long it took', async (t) => {
  const shop = await observed(t, async (request) => {
    request.route = '/orders/:id'
    await shop.clock.advance(250)
    return { status: 201, body: 'made' }
  })
  await ask(shop, { method: 'POST', path: '/orders/17?secret=1' })
  const { trace, ...event } = await shop.next()
  assert.deepEqual(event, {
    name: 'POST /orders/:id',
    method: 'POST',
    route: '/orders/:id',
    status: 201,
    outcome: undefined,
    durationMs: 250,
    ageMs: 250,
    seconds: 0.25,
    parentSpanId: undefined,
    error: undefined,
  })
  assert.equal(trace.root, trace.spanId, 'nobody came before it')
  assert.equal(shop.events.length, 1)
})

test('the answer was there before it was written; the request came as long ago as both took', async (t) => {
  let late = 0
  class LateClock extends VirtualClock {
    override now(): number {
      return super.now() + late
    }
  }
  const answer = {
    status: 200,
    get headers() {
      late += 30
      return {}
    },
  }
  const shop = await observed(t, async () => answer, { clock: new LateClock() })
  await ask(shop)
  const { durationMs, ageMs, seconds } = await shop.next()
  assert.deepEqual([durationMs, ageMs, seconds], [0, late, 0])
  assert.equal(late, 30)
})

for (const protocol of ['HTTP/1.1', 'HTTP/2']) {
  test(`over ${protocol} the span told of is the one that the handler ran in, within the caller’s`, async (t) => {
    let spanId: string | undefined
    const shop = await observed(t, async () => {
      spanId = currentCall()?.trace.spanId
      return { status: 204 }
    })
    const caller = newTrace()
    const headers = { traceparent: formatTraceparent(caller) }
    if (protocol === 'HTTP/1.1') await ask(shop, { headers })
    else {
      const session = connectHttp2(shop.server.url)
      await session.request({ ':path': '/', ...headers }).toArray()
      session.close()
    }
    const { trace, parentSpanId } = await shop.next()
    assert.deepEqual([trace.traceId, trace.spanId, parentSpanId], [caller.traceId, spanId, caller.spanId])
  })
}

test('a handler that throws is told of with the status it was answered with, as an error from 500 on', async (t) => {
  let thrown: unknown
  const shop = await observed(t, async (request) => {
    request.route = '/slow'
    await shop.clock.advance(40)
    throw thrown
  })
  const told = async (error: unknown): Promise<unknown[]> => {
    thrown = error
    await ask(shop)
    const event = await shop.next()
    return [event.status, event.outcome, event.error, event.route, event.durationMs]
  }
  const late = new TooLateError('too late')
  assert.deepEqual(await told(late), [504, 'deadline_exceeded', late, '/slow', 40])
  assert.deepEqual(await told(new GoneError('gone')), [404, 'not_found', undefined, '/slow', 40])
  assert.deepEqual(await told('card 4111'), [500, 'internal', 'string', '/slow', 40], 'a text may be anything')
})

test('an answer of 500 and above is an error by its status when nobody says more', async (t) => {
  const shop = await observed(t, async () => ({ status: 503 }))
  await ask(shop)
  const { status, outcome, error } = await shop.next()
  assert.deepEqual([status, outcome, error], [503, undefined, '503'])
})

test('what the shell refuses is told of too, without a route: the path is a stranger’s', async (t) => {
  const shop = await observed(t, async () => ({ status: 200 }))
  await ask(shop, { path: '/a/../b' })
  const { name, route, status, outcome, error } = await shop.next()
  assert.deepEqual([name, route, status, outcome, error], ['GET', '(none)', 400, 'invalid_argument', undefined])
})

test('a method that few know is told of as _OTHER: strangers choose no names', async (t) => {
  const shop = await observed(t, async () => ({ status: 405 }))
  await ask(shop, { method: 'PROPFIND' })
  const { name, method } = await shop.next()
  assert.deepEqual([name, method], ['_OTHER', '_OTHER'])
})

test('a client that goes away is told of at once with 499, though the handler goes on', async (t) => {
  const entered = Promise.withResolvers<void>()
  const shop = await observed(t, (request) => {
    request.route = '/wait'
    entered.resolve()
    return new Promise(() => {})
  })
  const socket = connect(shop.server.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await entered.promise
  socket.destroy()
  const { status, route, outcome, error } = await shop.next()
  assert.deepEqual([status, route, outcome, error], [499, '/wait', 'canceled', 'ASHLAR_CANCELLED'])
})

test('over HTTP/2 a stream that its client resets is told of with 499, one that was answered is not', async (t) => {
  const shop = await observed(t, (request) =>
    request.url.path === '/' ? Promise.resolve({ status: 204 }) : new Promise(() => {}),
  )
  const session = connectHttp2(shop.server.url)
  await session.request({ ':path': '/' }).toArray()
  const stream = session.request({ ':path': '/wait' }).on('error', () => {})
  stream.close(8)
  const statuses = [(await shop.next()).status, (await shop.next()).status]
  assert.deepEqual(statuses, [204, 499])
  session.destroy()
})

test('a client that goes away before the first piece of a body has had no answer', async (t) => {
  const begun = Promise.withResolvers<void>()
  async function* pieces(): AsyncGenerator<Uint8Array> {
    begun.resolve()
    await new Promise(() => {})
    yield Buffer.from('never')
  }
  const shop = await observed(t, async () => ({ status: 200, body: pieces() }))
  const socket = connect(shop.server.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await begun.promise
  socket.destroy()
  assert.equal((await shop.next()).status, 499)
})

test('a body in pieces: the answer takes as long as until its head, the span until the last of it', async (t) => {
  const shop = await observed(t, async () => ({ status: 200, body: pieces() }))
  async function* pieces(): AsyncGenerator<Uint8Array> {
    await shop.clock.advance(100)
    yield Buffer.from('first')
    await shop.clock.advance(9_000)
    yield Buffer.from('last')
  }
  await ask(shop)
  const { status, seconds, durationMs, error } = await shop.next()
  assert.deepEqual([status, seconds, durationMs, error], [200, 0.1, 9_100, undefined])
})

test('a body that fails half-way is an error, whatever status had gone out', async (t) => {
  const shop = await observed(t, async () => ({ status: 200, body: pieces() }))
  const arrived = Promise.withResolvers<void>()
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('first')
    await arrived.promise
    throw new GoneError('gone')
  }
  const answer = await ask(shop)
  answer.on('error', () => {})
  arrived.resolve()
  const { status, error } = await shop.next()
  assert.equal(status, 200)
  assert.ok(error instanceof GoneError)
})

test('a client that leaves a stream of events has had its answer', async (t) => {
  const shop = await observed(t, async () => ({ status: 200, body: endless() }))
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('first')
    await new Promise(() => {})
  }
  const answer = await ask(shop)
  await once(answer, 'data')
  answer.destroy()
  const { status, error } = await shop.next()
  assert.deepEqual([status, error], [200, undefined])
})

test('a connection that is handed over is told of with 101, one that is refused with why', async (t) => {
  let failure: Error | undefined
  const shop = await observed(t, async () => ({ status: 200 }), {
    onUpgrade: async (request, socket) => {
      request.route = '/live'
      if (failure !== undefined) throw failure
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      return { close: () => void socket.destroy() }
    },
  })
  const upgrade = (): void => {
    const socket = connect(shop.server.port, '127.0.0.1').on('error', () => {})
    socket.write('GET /live/7 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    t.after(() => socket.destroy())
  }
  const told = async (): Promise<unknown[]> => {
    upgrade()
    const { name, status, error } = await shop.next()
    return [name, status, error]
  }
  assert.deepEqual(await told(), ['GET /live', 101, undefined])
  failure = new GoneError('gone')
  assert.deepEqual(await told(), ['GET /live', 404, undefined])
  failure = new TooLateError('late')
  assert.deepEqual(await told(), ['GET /live', 504, failure])
})

test('while nobody listens no time is asked for', async () => {
  let reads = 0
  class CountingClock extends VirtualClock {
    override now(): number {
      reads++
      return super.now()
    }
  }
  await using server = await listen(async () => ({ status: 204 }), { port: 0, clock: new CountingClock() })
  const socket = connect(server.port, '127.0.0.1')
  const answered = async (): Promise<number> => {
    const before = reads
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'data')
    return reads - before
  }
  await answered()
  assert.equal(await answered(), 0)
  using _ = serverRequest.subscribe(() => {})
  assert.equal(await answered(), 3, 'when it came, was answered and had been written')
  socket.destroy()
})
