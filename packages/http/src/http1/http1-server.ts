import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Connection } from '../connections.ts'
import type { HttpLimits } from '../limits.ts'
import { serve } from '../serve.ts'
import type { Shell } from '../shell.ts'
import { Http1Exchange } from './http1-exchange.ts'
import { asksForWebSocket, serveUpgrade } from './upgrade.ts'

/** Serves HTTP/1.1 on connections that others accept. */
export interface Http1Server {
  take(connection: Connection): void
  close(): void
}

export function createHttp1Server(shell: Shell): Http1Server {
  const server = strictServer(shell.limits)
  const onRequest = (message: IncomingMessage, response: ServerResponse): void => {
    const connection = begin(shell, message.socket, response)
    if (connection !== undefined) void serve(shell, new Http1Exchange(shell, message, response), connection.gone)
  }
  server.on('request', onRequest).on('checkContinue', onRequest)
  server.on('upgrade', (message: IncomingMessage, socket: Socket, head: Buffer) => {
    const connection = shell.connections.of(socket)
    if (connection !== undefined) void serveUpgrade(shell, connection, message, head)
  })
  // The event that a server of one's own port would send, by which the platform starts to look at its timeouts.
  server.emit('listening')
  return {
    take(connection) {
      connection.onDrain = () => {
        if (connection.running === 0) connection.socket.destroySoon()
      }
      server.emit('connection', connection.socket)
    },
    close: () => void server.close(),
  }
}

/** Notes a request, unless its connection has closed since or has too many under way. */
function begin(shell: Shell, socket: Socket, response: ServerResponse): Connection | undefined {
  const connection = shell.connections.of(socket)
  // A write that loses the race with the client's going away; the signal tells whoever needs to know.
  response.on('error', () => {})
  if (connection === undefined) return undefined
  if (connection.running >= shell.limits.pipelinedRequests) {
    // The platform's parser hands over all that has arrived, however much of it still waits for its answer.
    socket.destroy()
    return undefined
  }
  connection.running++
  response.once('close', () => {
    connection.running--
    // An answer whose head went out before draining began did not say that the connection closes.
    if (shell.connections.isDraining && connection.running === 0) socket.destroySoon()
  })
  return connection
}

function strictServer(limits: Required<HttpLimits>): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // How often the two timeouts above are looked at; the platform's 30 s would make them half a minute late.
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
    // Other offers (h2c) are passed over, as a server may: the request is answered as it is.
    shouldUpgradeCallback: asksForWebSocket,
  })
  server.timeout = limits.idleTimeoutMs
  // The size bounds the headers already; a bound on their number would drop the rest in silence.
  server.maxHeadersCount = 0
  return server
}
