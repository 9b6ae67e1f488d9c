import { systemClock, type Clock } from '@ashlar/kernel'
import type { HttpRequest, HttpResponse } from '../message.ts'
import type { SseOverflow } from './event-queue.ts'
import { EventStream } from './event-stream.ts'
import { retryLine, type SseEvent } from './format-event.ts'

export interface SseOptions {
  /** A comment is sent after so long without an event, so that nobody on the way takes the connection for dead. @default 15_000 */
  readonly heartbeatMs?: number
  /** How long the client is to wait before it comes back. @default 2_000 */
  readonly retryMs?: number
  /** How much may wait for a client that reads slowly, besides what the connection holds. @default 64 KiB */
  readonly maxBufferBytes?: number
  /**
   * What happens when more would have to wait. `wait`: the source is asked for no more until there is room.
   * `drop-oldest`: the oldest events go, and the client gets an event `dropped` with their number in their place.
   * `disconnect`: what waits goes and the stream ends; the client comes back with the last id that it has seen.
   * @default 'wait'
   */
  readonly overflow?: SseOverflow
  readonly clock?: Clock
}

/**
 * Answers with a stream of events: multi-line data, no field that an event could smuggle in, heartbeats, and no more
 * memory than the options allow however slow the client. The source's iterator is ended when the client goes away. When
 * the server drains, the stream ends with the time after which the client is to come back; it then finds another server.
 *
 * A source that fails cuts the connection, and browsers come back. One that ends ends the stream, and they come back
 * too; answer 204 then, if they should not. Source: WHATWG HTML, "Server-sent events".
 * @throws {RangeError} for options that are no such numbers.
 */
export function sse(
  request: Pick<HttpRequest, 'draining'>,
  source: AsyncIterable<SseEvent>,
  options: SseOptions = {},
): HttpResponse {
  const { heartbeatMs = 15_000, retryMs = 2_000, maxBufferBytes = 64 * 1024, overflow = 'wait' } = options
  const { clock = systemClock } = options
  if (!(heartbeatMs > 0 && heartbeatMs < Infinity)) {
    throw new RangeError(`sse: heartbeatMs must be a positive number, got ${heartbeatMs}`)
  }
  if (!(maxBufferBytes > 0 && maxBufferBytes < Infinity)) {
    throw new RangeError(`sse: maxBufferBytes must be a positive number, got ${maxBufferBytes}`)
  }
  retryLine(retryMs)
  const { draining } = request
  return {
    status: 200,
    // The last one is for proxies that would keep events until they have a bufferful.
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    body: new EventStream(source, { heartbeatMs, retryMs, maxBufferBytes, overflow, draining, clock }),
  }
}

/** The id of the last event that a client has seen that comes back; `undefined` for one that is new. */
export function lastEventId({ headers }: Pick<HttpRequest, 'headers'>): string | undefined {
  const id = headers['last-event-id']
  // Browsers send UTF-8, which the platform reads byte by byte.
  return typeof id === 'string' && id !== '' ? Buffer.from(id, 'latin1').toString('utf8') : undefined
}
