import { abortReason, orAborted, type Clock, type Timer } from '@ashlar/kernel'
import type { Connection, Result } from './connection.ts'
import type { Connector } from './connector.ts'
import { closedError } from './errors.ts'
import type { Command } from './statement.ts'

// One statement that waits would hold up everybody's behind it, and if what it waits for is a lock whose holder needs
// this connection to go on, for ever. So the server cuts such statements short, and they run again elsewhere.
const lockTimeoutMs = 50

/**
 * A connection that many callers share: statements go out without waiting for the answers to those before. Connects
 * when first used, and again after a loss.
 */
export class Pipeline {
  readonly #connector: Connector
  readonly #statementTimeoutMs: number
  readonly #clock: Clock
  #watch: Timer | undefined
  #connection: Connection | undefined
  #opening: Promise<Connection> | undefined
  readonly #closing = new AbortController()
  inFlight = 0

  constructor(connector: Connector, statementTimeoutMs: number, clock: Clock) {
    this.#connector = connector
    this.#statementTimeoutMs = statementTimeoutMs
    this.#clock = clock
  }

  get isConnected(): boolean {
    return this.#connection !== undefined
  }

  /** Rejects when the signal aborts; the server then stops what it has begun, and what was not sent never will be. */
  async execute(command: Command, signal: AbortSignal | undefined): Promise<Result> {
    this.inFlight++
    this.#keepWatch()
    try {
      const connection = this.#connection ?? (await orAborted(this.connect(), signal))
      if (signal?.aborted === true) throw abortReason(signal)
      return await orAborted(connection.execute(command, signal), signal)
    } finally {
      this.inFlight--
    }
  }

  /**
   * Gives the connection up when the server owes an answer for longer than it takes it to cut a statement short: it, or
   * the network, has gone without saying so. One timer however many wait, and none when nobody does.
   */
  #keepWatch(): void {
    const limitMs = 2 * this.#statementTimeoutMs
    this.#watch ??= this.#clock.timer(
      limitMs,
      () => {
        this.#watch = undefined
        if ((this.#connection?.stalledMs ?? 0) >= limitMs) this.#connection?.abandon()
        if (this.inFlight > 0) this.#keepWatch()
      },
      { background: true },
    )
  }

  /** Joins the attempt that is under way: one failure is shared by all who waited for it. */
  connect(): Promise<Connection> {
    if (this.#closing.signal.aborted) return Promise.reject(closedError(this.#connector.target.server))
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async close(): Promise<void> {
    this.#watch?.cancel()
    this.#closing.abort(closedError(this.#connector.target.server))
    const connection = this.#connection
    this.#connection = undefined
    await connection?.close()
  }

  async #open(): Promise<Connection> {
    const settings = { lock_timeout: String(lockTimeoutMs), statement_timeout: String(this.#statementTimeoutMs) }
    const connection = await this.#connector.open(settings, this.#closing.signal)
    if (this.#closing.signal.aborted) {
      await connection.close()
      return connection
    }
    this.#connection = connection
    connection.onLost(() => {
      if (this.#connection === connection) this.#connection = undefined
    })
    return connection
  }
}
