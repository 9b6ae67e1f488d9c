import { once } from 'node:events'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { orAborted, type Clock } from '@ashlar/kernel'
import { isWaitingToSend } from './incoming-request.ts'
import type { HttpResponse } from './message.ts'

// How much longer a client is listened to that keeps sending a body nobody wants.
const lingerBytes = 1024 * 1024
const lingerMs = 1_000

/** One request and its answer on the wire. */
export interface Exchange {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly signal: AbortSignal
  readonly clock: Clock
}

/**
 * Writes an answer: in one piece where the body is one. Resolves when the last byte has been handed over.
 * @throws what the body throws; the head may have gone out by then.
 */
export async function send(exchange: Exchange, answer: HttpResponse, extra: OutgoingHttpHeaders): Promise<void> {
  const { message, response } = exchange
  const { body, status } = answer
  if (exchange.signal.aborted) return
  const headers: OutgoingHttpHeaders = { ...(answer.headers as OutgoingHttpHeaders | undefined), ...extra }
  // A body that is still arriving would be taken for the next request.
  const isUnread = !message.complete
  if (isUnread) headers['connection'] = 'close'

  if (isStream(body)) {
    response.writeHead(status, headers)
    if (message.method === 'HEAD') await body[Symbol.asyncIterator]().return?.()
    else await stream(exchange, body)
  } else {
    const mayHaveBody = status !== 204 && status !== 304
    if (mayHaveBody) headers['content-length'] = body === undefined ? 0 : Buffer.byteLength(body)
    response.writeHead(status, headers)
    const isSent = mayHaveBody && body !== undefined && message.method !== 'HEAD'
    if (!isUnread) {
      response.end(isSent ? body : undefined)
      return
    }
    if (isSent) response.write(body)
    else response.flushHeaders()
  }
  if (isUnread && !isWaitingToSend(message)) endAfterBody(exchange)
  else response.end()
}

/**
 * Ends the answer when the client has sent its body, or has had long enough. Closing while its bytes arrive makes the
 * kernel reset the connection, and the client then loses an answer that it has not read yet.
 */
function endAfterBody({ message, response, clock }: Exchange): void {
  let leftBytes = lingerBytes
  const end = (): void => {
    timer.cancel()
    message.off('data', discard).off('end', end).off('close', end)
    response.end()
  }
  const discard = (chunk: Buffer): void => {
    leftBytes -= chunk.length
    if (leftBytes < 0) end()
  }
  const timer = clock.timer(lingerMs, end, { background: true })
  message.on('data', discard).on('end', end).on('close', end).resume()
}

async function stream({ response, signal }: Exchange, body: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = body[Symbol.asyncIterator]()
  let isDone = false
  try {
    for (;;) {
      const next = await orAborted(iterator.next(), signal)
      if (next.done === true) break
      if (!response.write(next.value)) await once(response, 'drain', { signal })
    }
    isDone = true
  } finally {
    // Not awaited: a generator that waits for something ends only when that comes.
    if (!isDone) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}

function isStream(body: HttpResponse['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && Symbol.asyncIterator in body
}
