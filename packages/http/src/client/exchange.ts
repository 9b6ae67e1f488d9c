import type { IncomingHttpHeaders } from 'node:http'
import { abortReason, withoutStack } from '@ashlar/kernel'
import type { Dispatcher, Pool } from 'undici'
import { ClientResponse, type HttpClientResponse } from './client-response.ts'
import { HttpInvalidResponseError, HttpResponseTooLargeError, HttpUnreachableError } from './errors.ts'

/** Whom a client talks to, and how much it listens. */
interface Peer {
  readonly name: string
  readonly address: string
  readonly maxResponseBytes: number
  readonly maxHeaderBytes: number
}

/**
 * Sends one request and collects the answer. An abort destroys the connection, so that the server notices; a request
 * that still waits for a connection is never sent.
 */
export function exchange(
  pool: Pool,
  request: Dispatcher.DispatchOptions,
  peer: Peer,
  signal: AbortSignal,
): Promise<HttpClientResponse> {
  return new Promise((resolve, reject) => {
    const collector = new Collector(peer, request.method === 'HEAD', signal, resolve, reject)
    signal.addEventListener('abort', () => collector.abort(), { once: true })
    pool.dispatch(request, collector)
  })
}

class Collector implements Dispatcher.DispatchHandler {
  readonly #peer: Peer
  readonly #isHead: boolean
  readonly #signal: AbortSignal
  readonly #resolve: (response: HttpClientResponse) => void
  readonly #reject: (error: unknown) => void
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: IncomingHttpHeaders = {}
  #size = 0

  constructor(
    peer: Peer,
    isHead: boolean,
    signal: AbortSignal,
    resolve: (response: HttpClientResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#peer = peer
    this.#isHead = isHead
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
  }

  abort(): void {
    this.#controller?.abort(abortReason(this.#signal) as Error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#signal.aborted) this.abort()
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    this.#headers = headers
    // The answer to HEAD says how long a body would be that does not come.
    if (this.#isHead) return
    if (Number(headers['content-length'] ?? 0) > this.#peer.maxResponseBytes) controller.abort(this.#tooLarge())
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > this.#peer.maxResponseBytes) controller.abort(this.#tooLarge())
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
    this.#resolve(new ClientResponse(this.#peer.name, this.#status, this.#headers, body))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const isSent = this.#controller !== undefined
    this.#reject(this.#signal.aborted ? abortReason(this.#signal) : translated(error, this.#peer, isSent))
  }

  #tooLarge(): HttpResponseTooLargeError {
    const { name, maxResponseBytes } = this.#peer
    return withoutStack(() => new HttpResponseTooLargeError({ name, limitBytes: maxResponseBytes }))
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name cannot be looked up now',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_CLOSED: 'this client has been closed',
  UND_ERR_DESTROYED: 'this client has been closed',
}

function translated(cause: Error, { name, address, maxHeaderBytes }: Peer, isSent: boolean): Error {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const reason = reasons[code]
  if (reason !== undefined) {
    return withoutStack(() => new HttpUnreachableError({ name, address, reason, isSent }, { cause }))
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return withoutStack(() => new HttpResponseTooLargeError({ name, limitBytes: maxHeaderBytes }))
  }
  if (cause.name === 'HTTPParserError') return new HttpInvalidResponseError({ name, expected: 'HTTP' }, { cause })
  // Misuse (an invalid header, say), or one of our own.
  return cause
}
