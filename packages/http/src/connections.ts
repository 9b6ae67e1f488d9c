import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { CancelledError, orAborted, withoutStack } from '@ashlar/kernel'

interface Connection {
  /** Aborts when the client goes away. One a connection: making one a request costs more than parsing it. */
  readonly controller: AbortController
  /** Requests whose answers have not been sent. */
  running: number
}

/** A server's open connections and what runs on each. */
export class Connections {
  readonly #server: Server
  readonly #open = new Map<Socket, Connection>()
  readonly #maxPipelined: number
  #closed: Promise<void> | undefined

  constructor(server: Server, maxPipelined: number) {
    this.#server = server
    this.#maxPipelined = maxPipelined
    server.on('connection', (socket: Socket) => {
      const connection = { controller: new AbortController(), running: 0 }
      this.#open.set(socket, connection)
      socket.once('close', () => {
        this.#open.delete(socket)
        connection.controller.abort(gone())
      })
    })
  }

  get isDraining(): boolean {
    return this.#closed !== undefined
  }

  /** Notes a request; the signal aborts when its client goes away before the answer has been sent. */
  begin(socket: Socket, response: ServerResponse): AbortSignal {
    const connection = this.#open.get(socket)
    // A request that was read from a connection that has closed since.
    if (connection === undefined || socket.destroyed) return AbortSignal.abort(gone())
    if (connection.running >= this.#maxPipelined) {
      // The platform's parser hands over all that has arrived, however much of it still waits for its answer.
      socket.destroy()
      return AbortSignal.abort(gone())
    }
    connection.running++
    // A write that loses the race with the client's going away; the signal tells whoever needs to know.
    response.on('error', () => {})
    response.once('close', () => {
      connection.running--
      // An answer whose head went out before draining began did not say that the connection closes.
      if (this.isDraining && connection.running === 0) socket.destroySoon()
    })
    return connection.controller.signal
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
    for (const [socket, { running }] of this.#open) if (running === 0) socket.destroySoon()
    return this.#closed
  }
}

function gone(): CancelledError {
  return withoutStack(() => new CancelledError('the client went away'))
}
