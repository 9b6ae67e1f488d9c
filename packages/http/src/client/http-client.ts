import {
  childTrace,
  runCall,
  systemClock,
  traceHeaders,
  type CallContext,
  type Clock,
  type Closeable,
  type Policy,
  type PolicyCall,
} from '@ashlar/kernel'
import { underPolicy } from './attempts.ts'
import type { HttpClientResponse } from './client-response.ts'
import { clientRequest } from './events.ts'
import { createHttpTransport, type TransportRequest } from './transport.ts'
import { watchRequest } from './watch-request.ts'

export interface HttpClientOptions {
  /** `http://host:port`, with a path to begin every request's with, if need be. No credentials, no query. */
  readonly baseUrl: string
  /** What is at the other end, as error messages call it. */
  readonly name: string
  /** For one request, connecting and repeats included; the current call's earlier deadline wins. @default 5_000 */
  readonly timeoutMs?: number
  /** For one attempt to connect. @default the same */
  readonly connectTimeoutMs?: number
  /**
   * Every request runs under it: retries, a breaker, limits. It sees failing answers as `HttpStatusError`, and failures of
   * requests that must not be repeated as ones that are not retryable; a second run of such a request is not sent.
   */
  readonly policy?: Policy
  /** Which answers are failures to the policy. @default status 500 and above, and 429 */
  readonly isFailure?: (response: HttpClientResponse) => boolean
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Of the body. @default 8 MiB */
  readonly maxResponseBytes?: number
  /** Of the answer's head. @default 16 KiB */
  readonly maxHeaderBytes?: number
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
  /**
   * Whether sending it twice is as good as once, for a policy that repeats.
   * @default by the method (RFC 9110, 9.2.2), and true for any with an `idempotency-key` header
   */
  readonly idempotent?: boolean
}

/** A client of one server. Safe from many callers. Follows no redirect, and repeats nothing unless its policy does. */
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
  const { clock = systemClock, maxInFlight = 1_000, maxHeaderBytes = 16 * 1024, connectTimeoutMs = timeoutMs } = options
  const { policy, isFailure = failsByStatus } = options
  const base = parseBase(options.baseUrl)
  const prefix = base.pathname.replace(/\/$/, '')
  const { origin } = base
  const limits = { connectTimeoutMs, maxConnections, maxInFlight, maxResponseBytes, maxHeaderBytes }
  const transport = createHttpTransport({ name, origin, ...limits })
  const send = (request: TransportRequest, call: CallContext): Promise<HttpClientResponse> => {
    const trace = childTrace(call.trace)
    const traced = { ...request, headers: { ...traceHeaders(trace), ...request.headers } }
    if (!clientRequest.hasSubscribers) return transport.send(traced, call.signal)
    const { method } = request
    return watchRequest({ peer: name, method, trace, call, clock }, () => transport.send(traced, call.signal))
  }
  return {
    request(request) {
      const timeout = request.timeoutMs ?? timeoutMs
      return runCall({ timeoutMs: timeout, signal: request.signal, clock }, (call) => {
        const sent = outgoing(request, prefix, headers)
        if (policy === undefined) return send(sent, call)
        const { method } = request
        const isRepeatable = request.idempotent ?? isIdempotent(sent)
        // The policy may run it from wherever it likes; it stays part of this call.
        const sendOnce = ({ signal, attempt }: PolicyCall): Promise<HttpClientResponse> =>
          runCall({ parent: call, signal, attempt: Math.max(call.attempt, attempt), clock }, (own) => send(sent, own))
        return underPolicy(policy, { name, method, isRepeatable, isFailure, clock }, sendOnce)
      })
    },
    drain: (signal) => transport.drain(signal),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  }
}

function failsByStatus({ status }: HttpClientResponse): boolean {
  return status >= 500 || status === 429
}

function isIdempotent({ method, headers }: TransportRequest): boolean {
  if (/^(?:GET|HEAD|OPTIONS|TRACE|PUT|DELETE)$/.test(method)) return true
  return Object.keys(headers).some((name) => name.toLowerCase() === 'idempotency-key')
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
