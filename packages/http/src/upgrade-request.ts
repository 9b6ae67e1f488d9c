import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { HttpRequest } from './message.ts'

/** A client that asks for a WebSocket. */
export interface UpgradeRequest extends Pick<
  HttpRequest,
  'url' | 'headers' | 'remoteAddress' | 'signal' | 'draining' | 'route'
> {
  /** The platform's own, for libraries that speak WebSocket on it. */
  readonly message: IncomingMessage
}

/** A connection that has been taken over. */
export interface UpgradedConnection {
  /** Asks the other end to leave: sends a close frame, say. Called once, when the server begins to drain. */
  close(): void
}

/**
 * Takes a connection over: answers it with 101 and speaks whatever it likes on it from then on.
 *
 * What it throws before it has written anything is answered like what a handler throws; after that the connection is
 * cut. The socket is destroyed when no byte moves on it for `idleTimeoutMs`, so the protocol needs a ping.
 * @param head the first bytes of the new protocol, where the client did not wait.
 */
export type UpgradeHandler = (request: UpgradeRequest, socket: Duplex, head: Buffer) => Promise<UpgradedConnection>
