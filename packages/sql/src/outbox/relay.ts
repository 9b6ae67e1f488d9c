import {
  backoffDelayMs,
  orAborted,
  runInContext,
  sleep,
  type Clock,
  type Closeable,
  type Random,
  type Timer,
} from '@ashlar/kernel'
import { BacklogWatch } from './backlog-watch.ts'
import { Deliverer } from './delivery.ts'
import { relayStalled } from './events.ts'
import type { MessageHandler, RelayOptions } from './outbox.ts'
import type { RelaySource } from './relay-source.ts'
import { Shift } from './shift.ts'

interface RelayTools {
  readonly clock: Clock
  readonly random: Random
}

/** Takes messages from where they are stored to the handler, whenever it is this relay's turn. */
export class Relay implements Closeable {
  readonly #source: RelaySource
  readonly #deliverer: Deliverer
  readonly #options: Required<RelayOptions>
  readonly #tools: RelayTools
  readonly #closing = new AbortController()
  readonly #subscription: Disposable
  readonly #backlog: BacklogWatch
  #timer: Timer | undefined
  #timerMs = Infinity
  #running: Promise<void> | undefined
  #shift: Shift | undefined
  #again = false
  #stopped = false
  #failures = 0

  constructor(source: RelaySource, handler: MessageHandler, options: RelayOptions, tools: RelayTools) {
    this.#source = source
    this.#options = checked(options)
    this.#tools = tools
    this.#deliverer = new Deliverer(handler, { ...this.#options, ...tools, outbox: source.outbox })
    this.#subscription = source.subscribe(() => this.#look())
    this.#backlog = new BacklogWatch(source, tools.clock)
    this.#look()
  }

  async drain(signal: AbortSignal): Promise<void> {
    this.#stop()
    await orAborted(this.#running ?? Promise.resolve(), signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop()
    this.#closing.abort()
    await this.#running
    await this.#source.close()
  }

  #stop(): void {
    this.#stopped = true
    this.#shift?.leave()
    this.#subscription[Symbol.dispose]()
    this.#backlog[Symbol.dispose]()
    this.#timer?.cancel()
  }

  #look(): void {
    if (this.#stopped || this.#shift?.look() === true) return
    this.#again = true
    this.#running ??= runInContext(undefined, () => this.#run())
  }

  /** A little later than that, since timers and the store's clock do not agree to the millisecond. */
  #lookIn(delayMs: number): void {
    const { clock } = this.#tools
    const atMs = clock.now() + delayMs + 1
    if (this.#stopped || atMs >= this.#timerMs) return
    this.#timer?.cancel()
    this.#timerMs = atMs
    const look = (): void => {
      this.#timerMs = Infinity
      this.#look()
    }
    this.#timer = clock.timer(atMs - clock.now(), look, { background: true })
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false
      try {
        await this.#takeTurn()
        this.#failures = 0
      } catch (error) {
        this.#again = true
        await this.#pause(error)
      }
    }
    this.#running = undefined
  }

  async #takeTurn(): Promise<void> {
    const turn = await this.#source.turn()
    if (turn === undefined || this.#stopped) return
    this.#shift = new Shift(turn, this.#closing.signal, {
      ...this.#options,
      deliver: (stored, until) => this.#deliverer.deliver(stored, until),
      onDelivered: (stored) => {
        this.#failures = 0
        this.#deliverer.reportDelivered(stored)
      },
      onFailed: (stored, failure) => this.#deliverer.reportFailed(stored, failure),
      onDue: (delayMs) => this.#lookIn(delayMs),
    })
    try {
      await this.#finish(this.#shift)
      // Somebody else's, or nobody's: the next look says.
      if (this.#shift.over) this.#again = true
    } finally {
      this.#shift = undefined
    }
  }

  /** What was delivered is recorded as soon as that can be: without it, all of it would be repeated. */
  async #finish(shift: Shift): Promise<void> {
    for (;;) {
      try {
        return await shift.run()
      } catch (error) {
        if (this.#closing.signal.aborted) throw error
        await this.#pause(error)
      }
    }
  }

  async #pause(error: unknown): Promise<void> {
    const { clock, random } = this.#tools
    const delayMs = backoffDelayMs(++this.#failures, { maxDelayMs: 5_000, random })
    if (relayStalled.hasSubscribers) relayStalled.publish({ outbox: this.#source.outbox, delayMs, error })
    try {
      await sleep(clock, delayMs, { signal: this.#closing.signal, background: true })
    } catch {
      // Closed: whoever runs sees that for itself.
    }
  }
}

function checked(options: RelayOptions): Required<RelayOptions> {
  const { batchItems = 100, concurrency = 8, timeoutMs = 30_000 } = options
  const { maxAttempts = 10, baseDelayMs = 100, maxDelayMs = 60_000 } = options
  for (const [name, value] of Object.entries({ batchItems, concurrency, maxAttempts })) {
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`relay: ${name} must be 1 or more, got ${value}`)
  }
  for (const [name, value] of Object.entries({ timeoutMs, baseDelayMs, maxDelayMs })) {
    if (!(value > 0 && value < Infinity))
      throw new RangeError(`relay: ${name} must be positive and finite, got ${value}`)
  }
  return { batchItems, concurrency, timeoutMs, maxAttempts, baseDelayMs, maxDelayMs }
}
