import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock, type Clock, type Closeable, type EdgeTable } from '@ashlar/kernel'
import { Connections } from './connections.ts'
import { ListenError, PortInUseError } from './errors.ts'
import { defaultLimits, type HttpLimits } from './limits.ts'
import type { HttpHandler } from './message.ts'
import { serve, type FailedRequest } from './serve.ts'

export interface ListenOptions {
  /** The address to listen on. @default '127.0.0.1' */
  readonly host?: string
  /** 0 takes any free one. */
  readonly port: number
  /** Decides what callers are told about errors. */
  readonly edge: EdgeTable
  readonly limits?: HttpLimits
  /** Called, inside the request's call, for answers of 500 and above, and for bodies that fail half-way. */
  readonly onError?: (error: unknown, request: FailedRequest) => void
  readonly clock?: Clock
}

export interface HttpServer extends Closeable {
  readonly url: string
  readonly port: number
  /**
   * Accepts nothing new, closes idle connections, and resolves when the answers in flight have been sent; each of
   * them closes its connection.
   */
  drain(signal: AbortSignal): Promise<void>
}

/**
 * Serves `handler` over HTTP/1.1. Each request runs as a call of its own: with the caller's trace, cancelled when the
 * client goes away. What the handler throws is answered with a problem document.
 *
 * Strict on purpose: the platform's parser refuses ambiguous framing, and targets that two programs could read
 * differently are refused before the handler sees them.
 * @throws {PortInUseError} | {ListenError}
 */
export async function listen(handler: HttpHandler, options: ListenOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', clock = systemClock, edge, onError } = options
  const limits = { ...defaultLimits, ...options.limits }
  const server = strictServer(limits)
  const connections = new Connections(server, limits.pipelinedRequests)
  const shell = { handler, edge, limits, onError, clock, connections }
  const onRequest = (message: IncomingMessage, response: ServerResponse): void => void serve(shell, message, response)
  server.on('request', onRequest).on('checkContinue', onRequest)
  await bind(server, host, options.port)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    drain: (signal) => connections.drain(signal),
    [Symbol.asyncDispose]: () => connections.destroy(),
  }
}

function strictServer(limits: Required<HttpLimits>): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // How often the two timeouts above are looked at; the platform's 30 s would make them half a minute late.
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
  })
  server.maxConnections = limits.connections
  server.timeout = limits.idleTimeoutMs
  // The size bounds the headers already; a bound on their number would drop the rest in silence.
  server.maxHeadersCount = 0
  return server
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    // Stays for the server's life: an accept that fails later (no descriptors left) concerns that connection alone.
    server.on('error', (error) => reject(listenError(error, host, port)))
    server.listen({ host, port, exclusive: true }, resolve)
  })
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const { code } = cause
  if (code === 'EADDRINUSE') return new PortInUseError({ host, port }, { cause })
  if (code === 'EACCES') {
    return new ListenError(`port ${port} on ${host} is reserved for privileged users; choose one above 1023`, { cause })
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new ListenError(`this machine has no address ${host}; choose one of its own, such as 127.0.0.1`, { cause })
  }
  return new ListenError(`cannot listen on port ${port} of ${host}: ${cause.message}`, { cause })
}
