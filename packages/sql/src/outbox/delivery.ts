import {
  backoffDelayMs,
  childTrace,
  newTrace,
  parseTraceparent,
  runCall,
  type Clock,
  type Random,
  type TraceContext,
} from '@ashlar/kernel'
import { deliveryAttempted, deliveryFailed, messageDelivered } from './events.ts'
import type { OutboxMessage } from './message.ts'
import type { MessageHandler, RelayOptions } from './outbox.ts'
import type { FailedDelivery, StoredMessage } from './relay-source.ts'

export interface DelivererOptions extends Required<RelayOptions> {
  readonly outbox: string
  readonly clock: Clock
  readonly random: Random
}

/** A delivery that failed: for the store, and as it was thrown. */
export interface Failure {
  readonly record: FailedDelivery
  readonly error: unknown
}

interface Attempt {
  readonly message: OutboxMessage
  readonly attempt: number
  readonly trace: TraceContext
  /** Where the message was put. */
  readonly put: TraceContext | undefined
}

const maxErrorChars = 2_000

/** Hands messages to the handler, one at a time, and says what became of each. */
export class Deliverer {
  readonly #handler: MessageHandler
  readonly #options: DelivererOptions

  constructor(handler: MessageHandler, options: DelivererOptions) {
    this.#handler = handler
    this.#options = options
  }

  /** @returns `undefined` when the handler has taken it. Once the signal has aborted, a failure says nothing. */
  async deliver({ position, attempts, message }: StoredMessage, until: AbortSignal): Promise<Failure | undefined> {
    const { clock, random, timeoutMs, maxAttempts, baseDelayMs, maxDelayMs } = this.#options
    const attempt = attempts + 1
    const put = parseTraceparent(message.headers['traceparent'], message.headers['tracestate'])
    // What is done about a message belongs to the trace of what put it.
    const trace = put === undefined ? newTrace(random) : childTrace(put, random)
    const options = { parent: null, timeoutMs, signal: until, clock, trace }
    const handle = (): Promise<void> => runCall(options, ({ signal }) => this.#handler(message, { attempt, signal }))
    try {
      if (deliveryAttempted.hasSubscribers) await this.#watch({ message, attempt, trace, put }, handle)
      else await handle()
      return undefined
    } catch (error) {
      const parked = attempt >= maxAttempts
      const delayMs = Math.ceil(backoffDelayMs(attempt, { baseDelayMs, maxDelayMs, random }))
      return { record: { position, attempt, error: textOf(error), delayMs, parked }, error }
    }
  }

  async #watch({ message: { id, type }, attempt, trace, put }: Attempt, handle: () => Promise<void>): Promise<void> {
    const { outbox, clock } = this.#options
    const startedMs = clock.now()
    let error: unknown
    try {
      await handle()
    } catch (thrown) {
      // A text that was thrown could be anything; text in an event is a code.
      error = thrown instanceof Error ? thrown : typeof thrown
      throw thrown
    } finally {
      const durationMs = clock.now() - startedMs
      deliveryAttempted.publish({ outbox, id, type, attempt, durationMs, trace, parentSpanId: put?.spanId, error })
    }
  }

  reportDelivered({ attempts, message: { id, type, createdAtMs } }: StoredMessage): void {
    if (!messageDelivered.hasSubscribers) return
    const { outbox, clock } = this.#options
    const ageMs = Math.max(0, clock.wall() - createdAtMs)
    messageDelivered.publish({ outbox, id, type, attempt: attempts + 1, ageMs })
  }

  reportFailed({ message: { id, type } }: StoredMessage, { record: { attempt, parked }, error }: Failure): void {
    if (!deliveryFailed.hasSubscribers) return
    deliveryFailed.publish({ outbox: this.#options.outbox, id, type, attempt, parked, error })
  }
}

/** What a column of text takes, whatever was thrown: a failure that cannot be recorded would be repeated for ever. */
function textOf(error: unknown): string {
  let text = 'an error that cannot be shown'
  try {
    text = String(error)
  } catch {
    // Anything can be thrown, also what has no text.
  }
  return text.replaceAll('\0', '').slice(0, maxErrorChars)
}
