import { abortReason, hasCode, orAborted, sleep, type Clock, type Timer } from '@ashlar/kernel'
import type { Driver, Wire } from './driver.ts'
import { unavailable } from './errors.ts'
import { mapCommandError, mapConnectError, mayHaveMoved, type Asked } from './map-error.ts'
import type { Target } from './target.ts'

export interface ConnectionOptions {
  readonly connectTimeoutMs: number
  readonly stallTimeoutMs: number
  readonly clock: Clock
}

/** Who hears of keys that changed. */
export interface ChangeListener {
  changed(key: string | null): void
}

/** One connection. It ends once, for good: when it is lost, given up or closed. */
export class Connection {
  readonly #wire: Wire
  readonly #driver: Driver
  readonly #target: Target
  readonly #options: ConnectionOptions
  readonly #end = Promise.withResolvers<unknown>()
  #isOver = false
  #reason: unknown
  #inFlight = 0
  #progressMs = 0
  #checkedMs: number
  #check: Timer | undefined
  #idle: (() => void) | undefined

  private constructor(wire: Wire, driver: Driver, target: Target, options: ConnectionOptions) {
    this.#wire = wire
    this.#driver = driver
    this.#target = target
    this.#options = options
    this.#checkedMs = options.clock.now()
    this.#scheduleCheck()
  }

  /** @throws {UnavailableError} or {@link RedisConfigError}, within `connectTimeoutMs`; the signal's reason. */
  static async open(
    driver: Driver,
    target: Target,
    options: ConnectionOptions & { readonly listener?: ChangeListener | undefined; readonly signal: AbortSignal },
  ): Promise<Connection> {
    const { connectTimeoutMs, clock, listener, signal } = options
    if (signal.aborted) throw abortReason(signal)
    let connection: Connection | undefined
    let lostAlready: { readonly reason: unknown } | undefined
    const lost = (reason: unknown): void => {
      lostAlready = { reason }
      connection?.abandon(reason)
    }
    const changed = (key: string | null): void => listener?.changed(key)
    const opening = driver.connect({ lost, changed }, listener !== undefined)
    const giveUp = new AbortController()
    const noAnswer = (): void => giveUp.abort(new Error(`no answer within ${connectTimeoutMs} ms`))
    // A server that was stopped still takes connections, and says nothing on them.
    const timer = clock.timer(connectTimeoutMs, noAnswer, { background: true })
    try {
      const wire = await orAborted(opening.opened, AbortSignal.any([giveUp.signal, signal]))
      connection = new Connection(wire, driver, target, options)
    } catch (error) {
      opening.destroy()
      if (signal.aborted) throw abortReason(signal)
      throw mapConnectError(error, target, driver)
    } finally {
      timer.cancel()
    }
    if (lostAlready !== undefined) connection.abandon(lostAlready.reason)
    return connection
  }

  /** Resolves with the reason when it has ended. */
  get ended(): Promise<unknown> {
    return this.#end.promise
  }

  /** Commands sent and not answered. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Counts calls that are going to be sent. */
  announce(calls: number): void {
    if (this.#inFlight === 0) this.#progressMs = this.#options.clock.now()
    this.#inFlight += calls
  }

  /**
   * Rejects with the client's own error, which {@link explain} says in ours.
   * @param announced As how many calls this was announced; by default it was not.
   */
  send(args: readonly string[], announced = 0): Promise<unknown> {
    return this.#awaited(() => this.#wire.send(args), announced)
  }

  subscribe(channel: string, listener: (message: string) => void): Promise<unknown> {
    return this.#awaited(() => this.#wire.subscribe(channel, listener), 0)
  }

  unsubscribe(channel: string, listener: (message: string) => void): Promise<unknown> {
    return this.#awaited(() => this.#wire.unsubscribe(channel, listener), 0)
  }

  /** What a command rejected with, as one of our errors. */
  explain(error: unknown, asked: Asked): unknown {
    // Refused before it was sent.
    if (hasCode(error, 'ASHLAR_REDIS_UNAVAILABLE')) return error
    const reply = this.#driver.replyOf(error)
    if (mayHaveMoved(reply)) this.abandon(error)
    const cause = reply === undefined && this.#isOver ? (this.#reason ?? error) : error
    return mapCommandError(cause, asked, this.#target, this.#driver)
  }

  /** Whether it is Redis that answered, and so: `NOSCRIPT`. */
  isReply(error: unknown, kind: string): boolean {
    return this.#driver.replyOf(error)?.startsWith(kind) === true
  }

  /** Ends it at once. Whoever waits for an answer is told that the connection was lost. */
  abandon(reason: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#reason = reason
    this.#check?.cancel()
    this.#wire.destroy()
    this.#idle?.()
    this.#end.resolve(reason)
  }

  /** Resolves when nothing is in flight any more. */
  async settled(): Promise<void> {
    while (this.#inFlight > 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    }
  }

  /** Ends it after what is in flight, or breaks off when that takes longer than `withinMs`. */
  async close(withinMs: number): Promise<void> {
    const giveUp = new AbortController()
    const tooLong = sleep(this.#options.clock, withinMs, { signal: giveUp.signal }).catch(() => undefined)
    await Promise.race([this.settled(), tooLong])
    giveUp.abort()
    this.abandon(new Error('closed by this process'))
  }

  async #awaited(begin: () => Promise<unknown>, announced: number): Promise<unknown> {
    const { server } = this.#target
    if (announced === 0) this.announce(1)
    try {
      if (this.#isOver) throw unavailable(server, `the connection to Redis at ${server} was lost`)
      return await begin()
    } finally {
      this.#progressMs = this.#options.clock.now()
      this.#inFlight -= Math.max(1, announced)
      if (this.#inFlight === 0) this.#idle?.()
    }
  }

  #scheduleCheck(): void {
    const { clock, stallTimeoutMs } = this.#options
    this.#check = clock.timer(stallTimeoutMs / 2, () => this.#examine(), { background: true })
  }

  // A machine that was switched off, a cable that was pulled, a process that was stopped: none of them says goodbye.
  #examine(): void {
    const { clock, stallTimeoutMs } = this.#options
    const nowMs = clock.now()
    // Then it is this process that was stopped, and the answers may lie in the socket.
    if (nowMs - this.#checkedMs >= stallTimeoutMs) this.#progressMs = nowMs
    this.#checkedMs = nowMs
    if (this.#inFlight > 0 && nowMs - this.#progressMs >= stallTimeoutMs) {
      this.abandon(new Error(`Redis has owed an answer for ${stallTimeoutMs} ms`))
      return
    }
    if (this.#inFlight === 0) this.send(['PING']).catch(() => undefined)
    this.#scheduleCheck()
  }
}
