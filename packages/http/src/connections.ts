import type { Server, Socket } from 'node:net'
import { CancelledError, orAborted, withoutStack } from '@ashlar/kernel'

/** An open connection, whatever is spoken on it. */
export class Connection {
  readonly socket: Socket
  readonly #gone = new AbortController()
  /** Requests under way. */
  running = 0
  /** What is done about it when draining begins: one on which nothing has been said yet is closed. */
  onDrain: () => void = () => this.socket.destroy()

  constructor(socket: Socket) {
    this.socket = socket
  }

  /** Aborts when the client goes away. One a connection: making one a request costs more than parsing it. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** To be called when it has closed. */
  leave(): void {
    this.#gone.abort(clientGone())
  }
}

/** A server's open connections. */
export class Connections {
  readonly #server: Server
  readonly #open = new Map<Socket, Connection>()
  readonly #draining = new AbortController()
  /** How many have been handed over to other protocols. */
  upgraded = 0
  #closed: Promise<void> | undefined

  /** @param onOpen is given each connection before anything has been read from it. */
  constructor(server: Server, onOpen: (connection: Connection) => void) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      const connection = new Connection(socket)
      this.#open.set(socket, connection)
      // A connection that breaks; those who use it hear of its end.
      socket.on('error', () => {})
      socket.once('close', () => {
        this.#open.delete(socket)
        connection.leave()
      })
      onOpen(connection)
    })
  }

  get isDraining(): boolean {
    return this.#closed !== undefined
  }

  /** Aborts when draining begins. */
  get draining(): AbortSignal {
    return this.#draining.signal
  }

  /** The connection of a socket, unless it has closed. */
  of(socket: Socket): Connection | undefined {
    return socket.destroyed ? undefined : this.#open.get(socket)
  }

  /** Stops accepting and resolves when the last connection has closed. */
  drain(signal: AbortSignal): Promise<void> {
    return orAborted(this.#close(), signal)
  }

  /** Closes everything now. */
  async destroy(): Promise<void> {
    const closed = this.#close()
    for (const socket of this.#open.keys()) socket.destroy()
    await closed
  }

  #close(): Promise<void> {
    if (this.#closed !== undefined) return this.#closed
    this.#closed = new Promise((resolve) => this.#server.close(() => resolve()))
    this.#draining.abort(withoutStack(() => new CancelledError('the server is shutting down')))
    for (const connection of this.#open.values()) connection.onDrain()
    return this.#closed
  }
}

/** Why the signal of a request aborts whose client is no longer there. */
export function clientGone(): CancelledError {
  return withoutStack(() => new CancelledError('the client went away'))
}
