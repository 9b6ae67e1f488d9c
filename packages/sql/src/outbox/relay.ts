import {
  backoffDelayMs,
  faultPoint,
  orAborted,
  runCall,
  runInContext,
  type Clock,
  type Closeable,
  type Random,
  type Timer,
} from '@ashlar/kernel'
import { deliveryFailed, messageDelivered, relayStalled } from './events.ts'
import type { MessageHandler, RelayOptions } from './outbox.ts'
import type { FailedDelivery, RelaySource, StoredMessage } from './relay-source.ts'

interface RelayTools {
  readonly clock: Clock
  readonly random: Random
}

/** Takes messages from where they are stored to the handler, batch by batch. */
export class Relay implements Closeable {
  readonly #source: RelaySource
  readonly #handler: MessageHandler
  readonly #options: Required<RelayOptions>
  readonly #tools: RelayTools
  readonly #closing = new AbortController()
  readonly #subscription: Disposable
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #again = false
  #stopped = false
  #failures = 0

  constructor(source: RelaySource, handler: MessageHandler, options: RelayOptions, tools: RelayTools) {
    const { batchItems = 100, concurrency = 8, timeoutMs = 30_000 } = options
    const { maxAttempts = 10, baseDelayMs = 100, maxDelayMs = 60_000 } = options
    for (const [name, value] of Object.entries({ batchItems, concurrency, maxAttempts })) {
      if (!Number.isInteger(value) || value < 1) throw new RangeError(`relay: ${name} must be 1 or more, got ${value}`)
    }
    this.#source = source
    this.#handler = handler
    this.#options = { batchItems, concurrency, timeoutMs, maxAttempts, baseDelayMs, maxDelayMs }
    this.#tools = tools
    this.#subscription = source.subscribe(() => this.#look())
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
    this.#subscription[Symbol.dispose]()
    this.#timer?.cancel()
  }

  #look(): void {
    if (this.#stopped) return
    this.#again = true
    this.#running ??= runInContext(undefined, () => this.#run())
  }

  #lookIn(delayMs: number): void {
    if (this.#stopped) return
    this.#timer?.cancel()
    this.#timer = this.#tools.clock.timer(delayMs, () => this.#look(), { background: true })
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false
        while (!this.#stopped && (await this.#relayBatch()));
        this.#failures = 0
      }
    } catch (error) {
      const delayMs = backoffDelayMs(++this.#failures, { maxDelayMs: 5_000, random: this.#tools.random })
      if (relayStalled.hasSubscribers) relayStalled.publish({ outbox: this.#source.outbox, delayMs, error })
      this.#lookIn(delayMs)
    } finally {
      this.#running = undefined
    }
  }

  /** @returns Whether there may be more. */
  async #relayBatch(): Promise<boolean> {
    const { batchItems, concurrency } = this.#options
    const { messages, signal, dueInMs } = await this.#source.next(batchItems)
    if (messages.length === 0) {
      // A little later, since timers and the store's clock do not agree to the millisecond.
      if (dueInMs !== undefined) this.#lookIn(dueInMs + 1)
      return false
    }
    const keys = Map.groupBy(messages, ({ message }) => message.key).values()
    const delivered: StoredMessage[] = []
    const failed: FailedDelivery[] = []
    const until = AbortSignal.any([signal, this.#closing.signal])
    const worker = async (): Promise<void> => {
      // The iterator is shared: each worker takes the next key when it is through with one.
      for (const ofKey of keys) {
        for (const stored of ofKey) {
          if (until.aborted) return
          const failure = await this.#deliver(stored, until)
          if (failure === undefined) delivered.push(stored)
          else if (!until.aborted) failed.push(failure)
          if (failure !== undefined) break
        }
      }
    }
    await Promise.all(Array.from({ length: concurrency }, worker))
    const fault = faultPoint('sql:outbox-delivered')
    if (fault !== undefined) await fault
    await this.#source.settle(
      delivered.map(({ position }) => position),
      failed,
    )
    for (const stored of delivered) this.#reportDelivered(stored)
    return true
  }

  async #deliver(
    { position, attempts, message }: StoredMessage,
    until: AbortSignal,
  ): Promise<FailedDelivery | undefined> {
    const { timeoutMs, maxAttempts, baseDelayMs, maxDelayMs } = this.#options
    const { clock, random } = this.#tools
    const attempt = attempts + 1
    try {
      await runCall({ parent: null, timeoutMs, signal: until, clock }, ({ signal }) =>
        this.#handler(message, { attempt, signal }),
      )
      return undefined
    } catch (error) {
      const parked = attempt >= maxAttempts
      const delayMs = Math.ceil(backoffDelayMs(attempt, { baseDelayMs, maxDelayMs, random }))
      if (deliveryFailed.hasSubscribers && !until.aborted) {
        const { id, type } = message
        deliveryFailed.publish({ outbox: this.#source.outbox, id, type, attempt, parked, error })
      }
      return { position, error: String(error), delayMs, parked }
    }
  }

  #reportDelivered({ attempts, message: { id, type, createdAtMs } }: StoredMessage): void {
    if (!messageDelivered.hasSubscribers) return
    const ageMs = Math.max(0, this.#tools.clock.wall() - createdAtMs)
    messageDelivered.publish({ outbox: this.#source.outbox, id, type, attempt: attempts + 1, ageMs })
  }
}
