import { hasCode, sleep, type Clock, type Random, type Timer } from '@ashlar/kernel'
import type { Connection } from '../connection.ts'
import type { Connector } from '../connector.ts'
import { quoteIdentifier } from '../identifier.ts'
import { controlCommand } from '../statement.ts'
import { wakeConnection } from './events.ts'
import type { WakeReason } from './options.ts'

interface EarsOptions {
  readonly pollMs: number
  readonly clock: Clock
  readonly random: Random
}

/** @param channel `undefined` for all of them. */
type OnWake = (reason: WakeReason, channel?: string, payload?: string) => void

/** The connection that listens, kept up for as long as there is a channel to listen to, and the clock beside it. */
export class Ears {
  readonly #connector: Connector
  readonly #options: EarsOptions
  readonly #onWake: OnWake
  readonly #channels = new Set<string>()
  readonly #closing = new AbortController()
  #connection: Connection | undefined
  #keeping: Promise<void> | undefined
  #poll: Timer | undefined

  constructor(connector: Connector, options: EarsOptions, onWake: OnWake) {
    this.#connector = connector
    this.#options = options
    this.#onWake = onWake
  }

  listen(channel: string): void {
    if (this.#closing.signal.aborted) throw new TypeError('wake: it has been closed')
    const isNew = !this.#channels.has(channel)
    this.#channels.add(channel)
    this.#schedulePoll()
    this.#keeping ??= this.#keep()
    if (isNew && this.#connection !== undefined) void this.#hear(this.#connection, channel)
  }

  unlisten(channel: string): void {
    this.#channels.delete(channel)
    if (this.#channels.size === 0) {
      this.#poll?.cancel()
      this.#poll = undefined
    }
    this.#connection?.execute(controlCommand(`unlisten ${quoteIdentifier(channel)}`)).catch(() => undefined)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#poll?.cancel()
    const connection = this.#connection
    this.#connection = undefined
    await connection?.close()
    await this.#keeping
  }

  /** Until closed: a connection, and when that is lost another. */
  async #keep(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        const connection = await this.#connector.open({}, signal)
        const lost = new Promise<void>((resolve) => connection.onLost(resolve))
        connection.onNotification((channel, payload) => this.#onWake('notify', channel, payload))
        if (signal.aborted) await connection.close()
        else await this.#use(connection, lost)
      } catch (error) {
        if (!signal.aborted) await this.#pause(error)
      }
    }
  }

  async #use(connection: Connection, lost: Promise<void>): Promise<void> {
    this.#connection = connection
    this.#report('connected')
    await Promise.all([...this.#channels].map((channel) => this.#hear(connection, channel)))
    await lost
    this.#connection = undefined
    if (!this.#closing.signal.aborted) this.#report('lost')
  }

  // What was notified before the server heard of us is not repeated: so look once it has.
  async #hear(connection: Connection, channel: string): Promise<void> {
    try {
      await connection.execute(controlCommand(`listen ${quoteIdentifier(channel)}`))
      this.#onWake('connect', channel)
    } catch {
      // Without this channel the connection is of no use; on the next one it is asked for again.
      connection.abandon()
    }
  }

  async #pause(error: unknown): Promise<void> {
    this.#report('failed', error)
    // The connector makes its own pauses for what comes back by itself; what a person has to correct takes longer.
    if (hasCode(error, 'ASHLAR_SQL_UNAVAILABLE')) return
    const { signal } = this.#closing
    try {
      await sleep(this.#options.clock, this.#nextPollMs(), { signal, background: true })
    } catch {
      // Closed: whoever keeps the connection sees that for itself.
    }
  }

  #schedulePoll(): void {
    this.#poll ??= this.#options.clock.timer(
      this.#nextPollMs(),
      () => {
        this.#poll = undefined
        this.#checkConnection()
        this.#onWake('poll')
        this.#schedulePoll()
      },
      { background: true },
    )
  }

  // Many processes that began together must not ask together for ever.
  #nextPollMs(): number {
    return this.#options.pollMs * (0.75 + 0.5 * this.#options.random.next())
  }

  // A connection that only listens would never notice that the other side has gone without a word.
  #checkConnection(): void {
    const connection = this.#connection
    if (connection === undefined) return
    if (connection.stalledMs > 0) connection.abandon()
    else connection.execute(controlCommand('select 1')).catch(() => undefined)
  }

  #report(state: 'connected' | 'lost' | 'failed', error?: unknown): void {
    if (wakeConnection.hasSubscribers) wakeConnection.publish({ state, error })
  }
}
