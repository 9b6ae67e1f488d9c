import { abortReason, type Clock, type Timer } from '@ashlar/kernel'
import type { Connection } from './connection.ts'
import type { Connector } from './connector.ts'
import { busy, closedError } from './errors.ts'
import { connectionAcquired } from './events.ts'
import type { PoolStats } from './stats.ts'
import { watchAcquire } from './watch.ts'

export interface PoolOptions {
  readonly maxConnections: number
  readonly maxWaiting: number
  /** How long a caller without an earlier deadline waits for a connection. */
  readonly acquireTimeoutMs: number
  /** How long one that nobody needs is kept. */
  readonly idleTimeoutMs: number
  readonly clock: Clock
}

interface Idle {
  readonly connection: Connection
  readonly sinceMs: number
}

interface Waiter {
  resolve(connection: Connection): void
  reject(error: unknown): void
}

/** Connections that one caller has to itself at a time, handed out first come, first served. */
export class Pool {
  readonly #connector: Connector
  readonly #options: PoolOptions
  // The one used last comes last, and is used first: so those at the front are the ones too many.
  readonly #idle: Idle[] = []
  #trimming: Timer | undefined
  readonly #all = new Set<Connection>()
  readonly #waiting = new Set<Waiter>()
  readonly #closing = new AbortController()
  #opening = 0

  constructor(connector: Connector, options: PoolOptions) {
    this.#connector = connector
    this.#options = options
  }

  /** @throws {BusyError} when the queue is full or the wait too long; the signal's reason when it aborts. */
  acquire(signal: AbortSignal | undefined): Promise<Connection> {
    if (!connectionAcquired.hasSubscribers) return this.#acquire(signal)
    return watchAcquire({ database: this.database, clock: this.#options.clock }, () => this.#acquire(signal))
  }

  get database(): string {
    return this.#connector.target.database
  }

  #acquire(signal: AbortSignal | undefined): Promise<Connection> {
    const { maxConnections, maxWaiting, acquireTimeoutMs, clock } = this.#options
    if (this.#closing.signal.aborted) return Promise.reject(closedError(this.#connector.target.server))
    if (this.#waiting.size >= maxWaiting) {
      return Promise.reject(busy(`${maxWaiting} callers wait for one of ${maxConnections} connections`))
    }
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#waiting.delete(waiter)
        timer.cancel()
        signal?.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter = {
        resolve(connection) {
          done()
          resolve(connection)
        },
        reject(error) {
          done()
          reject(error)
        },
      }
      const timer: Timer = clock.timer(
        acquireTimeoutMs,
        () => waiter.reject(busy(`none of ${maxConnections} connections became free within ${acquireTimeoutMs} ms`)),
        { background: true },
      )
      const onAbort = (): void => waiter.reject(abortReason(signal as AbortSignal))
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(waiter)
      this.#serve()
    })
  }

  /** Takes a connection back; one that is in the middle of anything is thrown away. */
  release(connection: Connection): void {
    if (!connection.idle) connection.abandon()
    else if (this.#closing.signal.aborted) void connection.close()
    else this.#idle.push({ connection, sinceMs: this.#options.clock.now() })
    this.#serve()
    this.#scheduleTrim()
  }

  get stats(): PoolStats {
    const { maxConnections, maxWaiting } = this.#options
    const [open, idle] = [this.#all.size, this.#idle.length]
    return {
      open,
      inUse: open - idle,
      idle,
      opening: this.#opening,
      maxConnections,
      waiting: this.#waiting.size,
      maxWaiting,
    }
  }

  async close(): Promise<void> {
    const reason = closedError(this.#connector.target.server)
    this.#closing.abort(reason)
    this.#trimming?.cancel()
    for (const waiter of this.#waiting) waiter.reject(reason)
    await Promise.all(this.#idle.splice(0).map(({ connection }) => connection.close()))
    for (const connection of this.#all) connection.abandon()
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      // The one used last is the likeliest to be still in the caches, here and there.
      const last = this.#idle.pop()
      if (last === undefined) break
      waiter.resolve(last.connection)
    }
    while (this.#opening < this.#waiting.size && this.#all.size + this.#opening < this.#options.maxConnections) {
      void this.#open()
    }
  }

  async #open(): Promise<void> {
    this.#opening++
    try {
      const connection = await this.#connector.open({}, this.#closing.signal)
      this.#all.add(connection)
      connection.onLost(() => this.#forget(connection))
      this.#opening--
      this.release(connection)
    } catch (error) {
      this.#opening--
      const [first] = this.#waiting
      first?.reject(error)
      this.#serve()
    }
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection)
    const index = this.#idle.findIndex((one) => one.connection === connection)
    if (index >= 0) this.#idle.splice(index, 1)
    this.#serve()
  }

  #scheduleTrim(): void {
    const { clock, idleTimeoutMs } = this.#options
    const [oldest] = this.#idle
    if (oldest === undefined || this.#trimming !== undefined || this.#closing.signal.aborted) return
    const trim = (): void => {
      this.#trimming = undefined
      const enough = this.#idle.findIndex(({ sinceMs }) => sinceMs + idleTimeoutMs > clock.now())
      const idle = this.#idle.splice(0, enough < 0 ? this.#idle.length : enough)
      for (const { connection } of idle) void connection.close()
      this.#scheduleTrim()
    }
    this.#trimming = clock.timer(oldest.sinceMs + idleTimeoutMs - clock.now(), trim, { background: true })
  }
}
