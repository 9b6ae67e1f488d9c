import { orAborted, withoutStack, type Closeable } from '@ashlar/kernel'
import { Pool } from 'undici'
import type { HttpClientResponse } from './client-response.ts'
import { HttpOverloadedError } from './errors.ts'
import { exchange } from './exchange.ts'

export interface HttpTransportOptions {
  /** What is at the other end, as error messages call it. */
  readonly name: string
  /** `http://host:port` */
  readonly origin: string
  /** For one attempt to connect. */
  readonly connectTimeoutMs: number
  /** Requests on the wire at once; the rest wait. */
  readonly maxConnections: number
  /** Requests on the wire or waiting at the most; one more is refused. */
  readonly maxInFlight: number
  readonly maxResponseBytes: number
  /** Of the answer's head. @default 16 KiB */
  readonly maxHeaderBytes?: number
}

/** A request as it goes out: nothing is added to it. */
export interface TransportRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
}

/**
 * Sends requests to one server over kept-alive HTTP/1.1 connections and collects the answers, within bounds. What the
 * HTTP client and rpc are made of: it knows signals, and nothing of calls, deadlines and traces.
 */
export interface HttpTransport extends Closeable {
  drain(signal: AbortSignal): Promise<void>
  /**
   * Resolves with the whole answer, whatever its status. An abort destroys the connection, so that the server notices.
   * @throws {HttpUnreachableError} | {HttpResponseTooLargeError} | {HttpInvalidResponseError}, or the signal's reason.
   * @throws {HttpOverloadedError} without sending anything.
   */
  send(request: TransportRequest, signal: AbortSignal): Promise<HttpClientResponse>
}

export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const { name, origin, connectTimeoutMs, maxConnections, maxInFlight, maxResponseBytes } = options
  const { maxHeaderBytes = 16 * 1024 } = options
  const peer = { name, address: new URL(origin).host, maxResponseBytes, maxHeaderBytes }
  // Signals end what is asked; undici's timeouts would only end it earlier with a vaguer error. Connecting has a bound
  // of its own, because an attempt outlives the request that caused it and holds one of the connections.
  const pool = new Pool(origin, {
    connections: maxConnections,
    pipelining: 1,
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
  })
  let inFlight = 0
  return {
    async send(request, signal) {
      if (inFlight >= maxInFlight) throw withoutStack(() => new HttpOverloadedError({ name, limit: maxInFlight }))
      inFlight++
      try {
        // A request that is over while it waits for a connection stays in undici's queue until its turn comes, and counts.
        return await exchange(pool, request, peer, signal)
      } finally {
        inFlight--
      }
    },
    drain: (signal) => orAborted(pool.close(), signal),
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}
