import { backoffDelayMs, runInContext, sleep, type Random } from '@ashlar/kernel'
import { Connection, type ChangeListener, type ConnectionOptions } from './connection.ts'
import type { Driver } from './driver.ts'
import { redisConnection, type RedisConnectionChanged } from './events.ts'
import type { Target } from './target.ts'

export interface LinkOptions extends ConnectionOptions {
  readonly random: Random
}

/** Who uses a link to listen: hears of each connection and of its end. */
export interface LinkUser extends ChangeListener {
  /** Restores what the connection is for. A rejection means that it is of no use. */
  connected(connection: Connection): Promise<void>
  lost(): void
}

const longestPauseMs = 1_000

/** A connection that is made again whenever it is lost; after failures ever longer apart, each process at its own time. */
export class Link {
  readonly #driver: Driver
  readonly #target: Target
  readonly #options: LinkOptions
  readonly #user: LinkUser | undefined
  readonly #closing = new AbortController()
  readonly #firstTry = Promise.withResolvers<unknown>()
  #connection: Connection | undefined
  #keeping: Promise<void> | undefined
  #failures = 0

  constructor(driver: Driver, target: Target, options: LinkOptions, user?: LinkUser) {
    this.#driver = driver
    this.#target = target
    this.#options = options
    this.#user = user
  }

  /** `undefined` while there is none. */
  get connection(): Connection | undefined {
    return this.#connection
  }

  /** Begins; resolves when the first attempt has ended, with the error where it failed. */
  start(): Promise<unknown> {
    // What comes over a connection is nobody's call, least of all that of who happened to need it first.
    this.#keeping ??= runInContext(undefined, () => this.#keep())
    return this.#firstTry.promise
  }

  async close(withinMs: number): Promise<void> {
    this.#closing.abort()
    const connection = this.#connection
    this.#connection = undefined
    await connection?.close(withinMs)
    await this.#keeping
    this.#firstTry.resolve(undefined)
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        const connection = await Connection.open(this.#driver, this.#target, {
          ...this.#options,
          listener: this.#user,
          signal,
        })
        if (signal.aborted) connection.abandon(signal.reason)
        else await this.#use(connection)
      } catch (error) {
        if (signal.aborted) break
        this.#report('failed', error)
        this.#firstTry.resolve(error)
      }
      if (!signal.aborted) await this.#pause()
    }
  }

  async #use(connection: Connection): Promise<void> {
    const { clock } = this.#options
    const sinceMs = clock.now()
    this.#connection = connection
    this.#report('connected')
    this.#firstTry.resolve(undefined)
    this.#user?.connected(connection).catch((error: unknown) => connection.abandon(error))
    const reason = await connection.ended
    this.#connection = undefined
    this.#user?.lost()
    if (!this.#closing.signal.aborted) this.#report('lost', reason)
    // One that is lost as soon as it is made is no better than one that cannot be made.
    if (clock.now() - sinceMs >= longestPauseMs) this.#failures = 0
  }

  async #pause(): Promise<void> {
    const { clock, random } = this.#options
    const delayMs = backoffDelayMs(++this.#failures, { baseDelayMs: 25, maxDelayMs: longestPauseMs, random })
    try {
      await sleep(clock, delayMs, { signal: this.#closing.signal, background: true })
    } catch {
      // Closed: whoever keeps the connection sees that for itself.
    }
  }

  #report(state: RedisConnectionChanged['state'], error?: unknown): void {
    if (!redisConnection.hasSubscribers) return
    const purpose = this.#user === undefined ? 'commands' : 'listening'
    redisConnection.publish({ server: this.#target.server, purpose, state, error })
  }
}
