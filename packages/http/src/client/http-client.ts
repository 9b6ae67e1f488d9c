import { childTrace, formatTraceparent, runCall, systemClock, type Clock, type Closeable } from '@ashlar/kernel'
import type { HttpClientResponse } from './client-response.ts'
import { createHttpTransport, type TransportRequest } from './transport.ts'

export interface HttpClientOptions {
  /** `http://host:port`, with a path to begin every request's with, if need be. No credentials, no query. */
  readonly baseUrl: string
  /** What is at the other end, as error messages call it. */
  readonly name: string
  /** For one request, connecting included; the current call's earlier deadline wins. @default 5_000 */
  readonly timeoutMs?: number
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** @default 8 MiB */
  readonly maxResponseBytes?: number
  /** Requests on the wire at once; the rest wait, within their deadlines. @default 64 */
  readonly maxConnections?: number
  /** Requests on the wire or waiting at the most; one more is refused. @default 1_000 */
  readonly maxInFlight?: number
  readonly clock?: Clock
}

export interface HttpClientRequest {
  readonly method: string
  /** Begins with `/`; the caller encodes what it puts into it. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>> | URLSearchParams
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, in place of `json`. */
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** A client of one server. Safe from many callers. Follows no redirect and repeats nothing. */
export interface HttpClient extends Closeable {
  /**
   * Resolves with the whole answer, whatever its status.
   * @throws {HttpUnreachableError} | {HttpResponseTooLargeError} | {HttpInvalidResponseError} | {DeadlineExceededError}
   * @throws {HttpOverloadedError} without sending anything.
   */
  request(request: HttpClientRequest): Promise<HttpClientResponse>
}

/**
 * Makes a client on kept-alive HTTP/1.1 connections. Each request carries the trace of the call it is part of, and is
 * aborted, connection and all, at its deadline or when that call is cancelled.
 * @throws {TypeError} when `baseUrl` is not usable.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { name, timeoutMs = 5_000, headers = {}, maxResponseBytes = 8 * 1024 * 1024, maxConnections = 64 } = options
  const { clock = systemClock, maxInFlight = 1_000 } = options
  const base = parseBase(options.baseUrl)
  const prefix = base.pathname.replace(/\/$/, '')
  const transport = createHttpTransport({
    name,
    origin: base.origin,
    connectTimeoutMs: timeoutMs,
    maxConnections,
    maxInFlight,
    maxResponseBytes,
  })
  return {
    request(request) {
      const timeout = request.timeoutMs ?? timeoutMs
      return runCall({ timeoutMs: timeout, signal: request.signal, clock }, (call) => {
        const traceparent = formatTraceparent(childTrace(call.trace))
        return transport.send(outgoing(request, prefix, { ...headers, traceparent }), call.signal)
      })
    },
    drain: (signal) => transport.drain(signal),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  }
}

function outgoing(
  request: HttpClientRequest,
  prefix: string,
  shared: Readonly<Record<string, string>>,
): TransportRequest {
  const { method, path, query, json } = request
  if (!path.startsWith('/')) throw new TypeError(`request: path must begin with "/", got "${path}"`)
  const search = query === undefined ? '' : new URLSearchParams(query).toString()
  return {
    method,
    path: prefix + path + (search === '' ? '' : `?${search}`),
    headers: { ...shared, ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...request.headers },
    body: json === undefined ? (request.body ?? null) : JSON.stringify(json),
  }
}

function parseBase(baseUrl: string): URL {
  const base = URL.parse(baseUrl)
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new TypeError('createHttpClient: baseUrl must be an http or https URL such as http://127.0.0.1:8080')
  }
  if (base.username !== '' || base.password !== '' || base.search !== '' || base.hash !== '') {
    throw new TypeError('createHttpClient: baseUrl must have no credentials, query or fragment; send headers instead')
  }
  return base
}
