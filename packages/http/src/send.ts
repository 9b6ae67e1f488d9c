import { once } from 'node:events'
import { validateHeaderName, validateHeaderValue, type OutgoingHttpHeaders } from 'node:http'
import { orAborted } from '@ashlar/kernel'
import type { Exchange, Trailers } from './exchange.ts'
import type { HttpResponse } from './message.ts'

/**
 * Writes an answer: in one piece where the body is one. Resolves when the last byte has been handed over.
 * @throws what the body or the trailers throw; the head may have gone out by then.
 */
export async function send(
  exchange: Exchange,
  answer: HttpResponse,
  extra: OutgoingHttpHeaders,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return
  const { body, status } = answer
  const headers: OutgoingHttpHeaders = { ...(answer.headers as OutgoingHttpHeaders | undefined), ...extra }
  if (isStream(body)) {
    await stream(exchange, { status, headers, body, trailers: answer.trailers }, signal)
    return
  }
  const mayHaveBody = status !== 204 && status !== 304
  const trailers = mayHaveBody ? trailersOf(answer.trailers) : undefined
  // Over HTTP/1.1, trailers can only follow a body in chunks.
  if (mayHaveBody && trailers === undefined)
    headers['content-length'] = body === undefined ? 0 : Buffer.byteLength(body)
  exchange.writeHead(status, headers, trailers !== undefined)
  const isSent = mayHaveBody && body !== undefined && exchange.method !== 'HEAD'
  exchange.end(isSent ? body : undefined, trailers)
}

/** An answer whose body comes in pieces, with all its headers. */
interface StreamedAnswer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: AsyncIterable<Uint8Array>
  readonly trailers: HttpResponse['trailers']
}

async function stream(exchange: Exchange, answer: StreamedAnswer, signal: AbortSignal): Promise<void> {
  const { outgoing } = exchange
  const { status, headers } = answer
  const iterator = answer.body[Symbol.asyncIterator]()
  let isDone = false
  try {
    if (exchange.method === 'HEAD' || status === 204 || status === 304) {
      exchange.writeHead(status, headers, false)
      exchange.end()
      return
    }
    // The head waits for the first piece: what the body throws until then can still be answered as an error.
    let next = await orAborted(iterator.next(), signal)
    exchange.writeHead(status, headers, answer.trailers !== undefined)
    exchange.watch?.headSent()
    while (next.done !== true) {
      if (!outgoing.write(next.value)) await once(outgoing, 'drain', { signal })
      next = await orAborted(iterator.next(), signal)
    }
    isDone = true
    exchange.end(undefined, trailersOf(answer.trailers))
  } finally {
    // Not awaited: a generator that waits for something ends only when that comes.
    if (!isDone) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}

/** Trailers that can be written as HTTP. The protocols would find fault with the others when it is too late to say so. */
function trailersOf(make: HttpResponse['trailers']): Trailers | undefined {
  if (make === undefined) return undefined
  const trailers = make()
  for (const [name, value] of Object.entries(trailers)) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
  return trailers
}

function isStream(body: HttpResponse['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && Symbol.asyncIterator in body
}
