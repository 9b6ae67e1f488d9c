import { createServer, type AddressInfo, type Server } from 'node:net'
import { systemClock, type Clock, type Closeable, type EdgeTable } from '@ashlar/kernel'
import { Connections, type Connection } from './connections.ts'
import { ListenError, PortInUseError, httpEdge } from './errors.ts'
import { createHttp1Server } from './http1/http1-server.ts'
import { serveHttp2 } from './http2/serve-http2.ts'
import { defaultLimits, type HttpLimits } from './limits.ts'
import type { Exchange } from './exchange.ts'
import type { HttpHandler } from './message.ts'
import type { FailedRequest, Shell } from './shell.ts'
import { sniff } from './sniff.ts'
import type { UpgradeHandler } from './upgrade-request.ts'

export interface ListenOptions {
  /** The address to listen on. @default '127.0.0.1' */
  readonly host?: string
  /** 0 takes any free one. */
  readonly port: number
  /** Decides what callers are told about errors; this package's own are known without it. */
  readonly edge?: EdgeTable
  readonly limits?: HttpLimits
  /** Takes over connections that ask for a WebSocket. Without it they are refused with 400. */
  readonly onUpgrade?: UpgradeHandler
  /** Whose pages may open WebSockets here besides this server's own: `https://shop.example`. @default [] */
  readonly upgradeOrigins?: readonly string[]
  /**
   * Whether a trace that begins here is asked to be kept, in every service that it reaches. Asked for each request that
   * is part of no trace yet. @default never
   */
  readonly keepsTrace?: (request: Pick<Exchange, 'method' | 'target'>) => boolean
  /** Called, inside the request's call, for answers of 500 and above, and for bodies that fail half-way. */
  readonly onError?: (error: unknown, request: FailedRequest) => void
  readonly clock?: Clock
}

export interface HttpServer extends Closeable {
  readonly url: string
  readonly port: number
  /**
   * Accepts nothing new, closes idle connections, and resolves when the answers in flight have been sent; each of
   * them closes its connection. HTTP/2 clients are told to begin nothing more, upgraded connections to close.
   */
  drain(signal: AbortSignal): Promise<void>
}

/**
 * Serves `handler` over HTTP/1.1 and, to clients that begin with its preface (h2c, gRPC), over HTTP/2, on one port. Each
 * request runs as a call of its own: with the caller's trace, cancelled when the client goes away. What the handler
 * throws is answered with a problem document.
 *
 * Strict on purpose: the platform's parsers refuse ambiguous framing, and targets that two programs could read
 * differently are refused before the handler sees them.
 * @throws {PortInUseError} | {ListenError}
 */
export async function listen(handler: HttpHandler, options: ListenOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', clock = systemClock, edge, onError, onUpgrade, upgradeOrigins = [], keepsTrace } = options
  const limits = { ...defaultLimits, ...options.limits }
  // A client may end its side when it has sent its request, and still reads the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true })
  server.maxConnections = limits.connections
  const connections = new Connections(server, (connection) => sniff(connection, timing, protocols))
  const shell: Shell = {
    handler,
    onUpgrade,
    upgradeOrigins,
    keepsTrace,
    edge: httpEdge(edge),
    limits,
    onError,
    clock,
    connections,
  }
  const http1 = createHttp1Server(shell)
  const timing = { clock, timeoutMs: limits.headersTimeoutMs }
  const protocols = {
    http1: (connection: Connection) => http1.take(connection),
    http2: (connection: Connection) => serveHttp2(shell, connection),
  }
  connections.draining.addEventListener('abort', () => http1.close(), { once: true })
  try {
    await bind(server, host, options.port)
  } catch (error) {
    http1.close()
    throw error
  }
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    drain: (signal) => connections.drain(signal),
    [Symbol.asyncDispose]: () => connections.destroy(),
  }
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
