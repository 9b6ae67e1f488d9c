import { ServerResponse, type IncomingMessage } from 'node:http'
import { orAborted, withoutStack, type CallContext } from '@ashlar/kernel'
import type { Connection } from '../connections.ts'
import { OriginRefusedError, UpgradeRefusedError, UpgradeUnavailableError } from '../errors.ts'
import { LazyUrl } from '../request-url.ts'
import { asCall, refuse, report } from '../serve.ts'
import type { Shell } from '../shell.ts'
import { parseTarget } from '../target.ts'
import type { UpgradeHandler, UpgradeRequest } from '../upgrade-request.ts'
import { Http1Exchange } from './http1-exchange.ts'

/** Whether a request offers WebSocket; other offers are passed over. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*websocket\s*(?:,|$)/i.test(headers.upgrade ?? '')
}

/**
 * Hands a connection to `onUpgrade`, or answers why not and closes it. Nothing of it is left when `onUpgrade` fails.
 */
export async function serveUpgrade(
  shell: Shell,
  connection: Connection,
  message: IncomingMessage,
  head: Buffer,
): Promise<void> {
  const { socket, gone } = connection
  if (connection.running > 0) {
    // Answers of earlier requests would get mixed up with what comes now.
    socket.destroy()
    return
  }
  connection.onDrain = () => socket.destroy()
  // What is spoken here has a way of its own to say goodbye: a client that ends its side is gone.
  socket.allowHalfOpen = false
  socket.setTimeout(shell.limits.idleTimeoutMs, () => socket.destroy())
  const exchange = new Http1Exchange(shell, message, new ServerResponse(message))
  const bytesBefore = socket.bytesWritten
  try {
    await asCall(shell, exchange, gone, async (call) => {
      try {
        const accept = check(shell, exchange)
        await handOver(shell, accept, connection, { request: requestOf(shell, exchange, call), head })
        exchange.watch?.answered({ status: 101 })
      } catch (error) {
        if (socket.bytesWritten > bytesBefore) {
          // What has been written already is no HTTP; more of ours behind it would help nobody.
          if (!call.signal.aborted) report(shell, exchange, error, 101)
          exchange.watch?.answered({ status: 101 })
          exchange.watch?.failed(error)
          throw error
        }
        exchange.outgoing.assignSocket(socket)
        exchange.outgoing.shouldKeepAlive = false
        await refuse(shell, exchange, call, error)
        socket.destroySoon()
      }
    })
  } catch {
    socket.destroy()
  }
  exchange.watch?.end(exchange.method, socket.bytesWritten > bytesBefore)
}

async function handOver(
  shell: Shell,
  accept: UpgradeHandler,
  connection: Connection,
  { request, head }: { request: UpgradeRequest; head: Buffer },
): Promise<void> {
  const { socket } = connection
  shell.connections.upgraded++
  socket.once('close', () => shell.connections.upgraded--)
  const taken = await orAborted(accept(request, socket, head), request.signal)
  connection.onDrain = () => {
    try {
      taken.close()
    } catch {
      socket.destroy()
    }
  }
  // It may have begun meanwhile.
  if (request.draining.aborted) connection.onDrain()
}

/** @throws why the connection must not be upgraded. */
function check(shell: Shell, exchange: Http1Exchange): UpgradeHandler {
  const { onUpgrade, connections, limits } = shell
  exchange.refuseAmbiguous()
  if (onUpgrade === undefined) {
    throw withoutStack(() => new UpgradeRefusedError('this server has no WebSockets; send a plain request'))
  }
  if (exchange.method !== 'GET') {
    throw withoutStack(() => new UpgradeRefusedError('a WebSocket is asked for with GET'))
  }
  checkOrigin(shell, exchange)
  if (connections.isDraining || connections.upgraded >= limits.upgradedConnections) {
    throw withoutStack(() => new UpgradeUnavailableError('no WebSocket can be opened just now; try again shortly'))
  }
  return onUpgrade
}

/** Browsers let every page open a WebSocket anywhere, cookies included, and leave it to the server to look. */
function checkOrigin({ upgradeOrigins }: Shell, { headers }: Http1Exchange): void {
  const { origin, host } = headers
  if (origin === undefined || upgradeOrigins.includes(origin)) return
  if (URL.parse(origin)?.host === host) return
  throw withoutStack(() => new OriginRefusedError('pages of this origin may not open a WebSocket here'))
}

function requestOf(shell: Shell, exchange: Http1Exchange, { signal }: CallContext): UpgradeRequest {
  const { headers, remoteAddress, incoming: message, target } = exchange
  const url = new LazyUrl(parseTarget(target, shell.limits.targetBytes))
  const request: UpgradeRequest = { url, headers, remoteAddress, signal, draining: shell.connections.draining, message }
  exchange.watch?.given(request)
  return request
}
