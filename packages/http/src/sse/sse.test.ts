import assert from 'node:assert/strict'
import { getEventListeners, once } from 'node:events'
import { request as rawRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { readSse, type SseMessage } from '../client/index.ts'
import { listen } from '../listen.ts'
import type { HttpResponse } from '../message.ts'
import type { SseEvent } from './format-event.ts'
import { lastEventId, sse, type SseOptions } from './sse.ts'

/** A source that is pushed by the test, and tells when it is asked and when it is let go. */
class Feed implements AsyncIterable<SseEvent>, AsyncIterator<SseEvent> {
  readonly #events: SseEvent[] = []
  #waiting: PromiseWithResolvers<IteratorResult<SseEvent>> | undefined
  isReleased = false
  asked = 0
  readonly #released = Promise.withResolvers<void>()
  readonly released: Promise<void> = this.#released.promise

  push(...events: readonly SseEvent[]): void {
    this.#events.push(...events)
    const event = this.#waiting === undefined ? undefined : this.#events.shift()
    if (event === undefined) return
    this.#waiting?.resolve({ done: false, value: event })
    this.#waiting = undefined
  }

  fail(error: Error): void {
    this.#waiting?.reject(error)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<SseEvent>> {
    this.asked++
    const value = this.#events.shift()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  async return(): Promise<IteratorResult<SseEvent>> {
    this.isReleased = true
    this.#released.resolve()
    return { done: true, value: undefined }
  }
}

interface Opened {
  readonly clock: VirtualClock
  readonly drain: AbortController
  readonly response: HttpResponse
  readonly body: AsyncIterator<Uint8Array>
  /** The next piece, as text; `undefined` at the end. */
  readonly read: () => Promise<string | undefined>
  /** Lets what has been pushed find its way. */
  readonly settle: () => Promise<void>
  readonly source: Feed
}

function open(options: SseOptions = {}, source: Feed = new Feed()): Opened {
  const clock = new VirtualClock()
  const drain = new AbortController()
  const response = sse({ draining: drain.signal }, source, { clock, ...options })
  const body = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  const read = async (): Promise<string | undefined> => {
    const { done, value } = await body.next()
    return done === true ? undefined : Buffer.from(value).toString()
  }
  const settle = (): Promise<void> => clock.advance(0)
  return { clock, drain, response, body, read, settle, source }
}

test('the client is told at once that it is connected, and then every event as it comes', async () => {
  const { response, read, source } = open({ retryMs: 500 })
  assert.deepEqual(response.headers, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  assert.equal(await read(), 'retry: 500\n\n')
  const next = read()
  source.push({ event: 'price', id: '7', data: 'a\r\nb\rc\n' })
  assert.equal(await next, 'event: price\nid: 7\ndata: a\ndata: b\ndata: c\ndata: \n\n')
})

for (const event of [
  { data: '', event: 'a\nid: 1' },
  { data: '', id: '1\r2' },
  { data: '', id: '1\0' },
  { data: '', retryMs: -1 },
  { data: '', retryMs: 0.5 },
]) {
  test(`an event that would smuggle in a field ends the stream with an error: ${JSON.stringify(event)}`, async () => {
    const { read, source } = open()
    await read()
    const next = read()
    source.push(event)
    await assert.rejects(next, /sse: (event|id|retryMs) must/)
    await source.released
  })
}

test('a comment is sent after a while without an event, and not while events come', async () => {
  const { clock, read, source } = open({ heartbeatMs: 1_000 })
  await read()
  const beat = read()
  await clock.advance(1_000)
  assert.equal(await beat, ':\n\n')
  const next = read()
  await clock.advance(900)
  source.push({ data: 'a' })
  assert.equal(await next, 'data: a\n\n')
  const after = read()
  await clock.advance(900)
  source.push({ data: 'b' })
  assert.equal(await after, 'data: b\n\n')
  assert.equal(clock.armed, 0)
})

test('a client that does not read keeps the source waiting, and loses nothing', async () => {
  const { read, settle, source } = open({ maxBufferBytes: 100 })
  const events = Array.from({ length: 50 }, (_, index) => ({ data: `event ${index}`.padEnd(20) }))
  await read()
  source.push(...events)
  await settle()
  const asked = source.asked
  assert.ok(asked < 8, `${asked} events were taken for a client that reads none`)
  await settle()
  assert.equal(source.asked, asked)
  let text = ''
  while (!text.includes('event 49')) text += await read()
  assert.deepEqual(
    [...text.matchAll(/event (\d+)/g)].map(([, index]) => Number(index)),
    events.map((_, index) => index),
  )
})

test('a client that does not read loses the oldest events, and is told how many', async () => {
  const { read, settle, source } = open({ maxBufferBytes: 100, overflow: 'drop-oldest' })
  await read()
  source.push(...Array.from({ length: 50 }, (_, index) => ({ data: `event ${index}`.padEnd(20) })))
  await settle()
  const text = (await read()) as string
  const seen = [...text.matchAll(/data: event (\d+)/g)].map(([, index]) => Number(index))
  const dropped = Number(/^event: dropped\ndata: (\d+)\n\n/.exec(text)?.[1])
  assert.equal(dropped + seen.length, 50)
  assert.equal(seen.at(-1), 49)
  assert.ok(text.length < 200)
  const next = read()
  source.push({ data: 'after' })
  assert.equal(await next, 'data: after\n\n')
})

test('a client that does not read is sent away to come back, where that is the policy', async () => {
  const { read, settle, source } = open({ maxBufferBytes: 100, overflow: 'disconnect' })
  await read()
  source.push(...Array.from({ length: 50 }, () => ({ data: 'x'.repeat(20) })))
  await settle()
  assert.equal(source.isReleased, true)
  assert.equal(await read(), undefined)
})

test('an event larger than the buffer is sent all the same, under any policy', async () => {
  for (const overflow of ['wait', 'drop-oldest', 'disconnect'] as const) {
    const { read, source } = open({ maxBufferBytes: 10, overflow })
    await read()
    const next = read()
    source.push({ data: 'x'.repeat(100) })
    assert.equal((await next)?.length, 108)
  }
})

test('draining ends the stream with the time after which to come back, and lets go of the source', async () => {
  const { clock, drain, read, source } = open({ retryMs: 750 })
  await read()
  const next = read()
  drain.abort()
  assert.equal(await next, 'retry: 750\n\n')
  assert.equal(await read(), undefined)
  assert.equal(source.isReleased, true)
  assert.equal(clock.armed, 0)
})

test('a stream that begins while the server drains ends at once, without asking its source', async () => {
  const { drain, read, source } = open()
  drain.abort()
  await read()
  assert.equal(await read(), undefined)
  assert.equal(source.asked, 0)
})

test('ending the body lets go of the source at once, though it is in the middle of waiting', async () => {
  const { clock, drain, body, read, source } = open()
  await read()
  const waiting = read()
  await body.return?.()
  assert.equal(await waiting, undefined)
  assert.equal(source.isReleased, true)
  assert.equal(getEventListeners(drain.signal, 'abort').length, 0)
  assert.equal(clock.armed, 0)
})

test('a source that ends ends the stream; one that fails cuts it after what was sent before', async () => {
  async function* two(): AsyncGenerator<SseEvent> {
    yield { data: 'a' }
    yield { data: 'b' }
  }
  const texts: string[] = []
  const { body } = sse({ draining: new AbortController().signal }, two())
  for await (const chunk of body as AsyncIterable<Uint8Array>) texts.push(Buffer.from(chunk).toString())
  assert.equal(texts.join(''), 'retry: 2000\n\ndata: a\n\ndata: b\n\n')

  const { read, settle, source } = open()
  await read()
  source.push({ data: 'a' })
  await settle()
  source.fail(new Error('feed lost'))
  await settle()
  assert.equal(await read(), 'data: a\n\n')
  await assert.rejects(read(), /feed lost/)
})

test('options that are no such numbers are refused when the answer is made', () => {
  for (const options of [
    { heartbeatMs: 0 },
    { heartbeatMs: Infinity },
    { retryMs: -1 },
    { maxBufferBytes: Infinity },
  ]) {
    assert.throws(() => open(options), RangeError)
  }
})

test('the id of the last event seen is what the browser sent, as UTF-8', () => {
  const sent = Buffer.from('émile-7').toString('latin1')
  assert.equal(lastEventId({ headers: { 'last-event-id': sent } }), 'émile-7')
  assert.equal(lastEventId({ headers: {} }), undefined)
})

test('over the wire: events arrive one by one, the drain ends the stream and the server, and a client that leaves is noticed', async () => {
  const feed = new Feed()
  const other = new Feed()
  const server = await listen(
    async (request) => {
      const source = request.url.path === '/other' ? other : feed
      return sse(request, source, { retryMs: 750 })
    },
    { port: 0, onError: () => assert.fail('reported') },
  )
  const get = async (path: string): Promise<IncomingMessage> => {
    const [answer] = (await once(rawRequest(server.url + path).end(), 'response')) as [IncomingMessage]
    return answer
  }
  const leaving = await get('/other')
  leaving.destroy()
  await other.released

  const answer = await get('/')
  const events = readSse(answer)
  feed.push({ data: 'first', id: '1' })
  assert.equal(((await events.next()).value as SseMessage).data, 'first')
  feed.push({ data: 'second', id: '2' })
  assert.deepEqual((await events.next()).value, { event: 'message', data: 'second', lastEventId: '2', retryMs: 750 })
  const ended = events.next()
  await server.drain(new AbortController().signal)
  assert.equal((await ended).done, true)
  assert.equal(answer.complete, true)
  assert.equal(feed.isReleased, true)
  await server[Symbol.asyncDispose]()
})

test('over the wire: what waits for a client that does not read is bounded, whatever the source sends', async () => {
  let made = 0
  const ended = Promise.withResolvers<void>()
  async function* endless(): AsyncGenerator<SseEvent> {
    try {
      for (;;) {
        made++
        yield { data: 'x'.repeat(10_000) }
      }
    } finally {
      ended.resolve()
    }
  }
  await using server = await listen(async (request) => sse(request, endless()), {
    port: 0,
    limits: { idleTimeoutMs: 100 },
  })
  const socket = connect(server.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'readable')
  socket.on('error', () => {})
  // The server gives up on it. What was made by then is what the connection holds, and the buffer.
  await ended.promise
  assert.ok(made < 5_000, `${made} events were made`)
  socket.destroy()
})
