import { runInContext, type Clock } from '@ashlar/kernel'
import { wakeListenerFailed } from './events.ts'
import type { WakeListener, WakeReason } from './options.ts'

const maxPayloads = 100
const urgency: readonly WakeReason[] = ['poll', 'connect', 'notify']

/** One listener, called for many reasons at once rather than once for each. */
export class Subscriber {
  readonly channel: string
  readonly #listener: WakeListener
  readonly #clock: Clock
  readonly #payloads = new Set<string>()
  #reason: WakeReason | undefined
  #running: Promise<void> | undefined
  #closed = false

  constructor(channel: string, listener: WakeListener, clock: Clock) {
    this.channel = channel
    this.#listener = listener
    this.#clock = clock
  }

  /** What is running; `undefined` when nothing is. */
  get running(): Promise<void> | undefined {
    return this.#running
  }

  wake(reason: WakeReason, payload = ''): void {
    if (this.#closed) return
    if (this.#reason === undefined || urgency.indexOf(reason) > urgency.indexOf(this.#reason)) this.#reason = reason
    if (payload !== '' && this.#payloads.size < maxPayloads) this.#payloads.add(payload)
    this.#running ??= runInContext(undefined, () => this.#run())
  }

  close(): void {
    this.#closed = true
    this.#reason = undefined
  }

  async #run(): Promise<void> {
    // A burst arrives in one piece: after it, not in the middle.
    await new Promise<void>((resolve) => {
      this.#clock.immediate(resolve)
    })
    while (this.#reason !== undefined) {
      const wakeUp = { reason: this.#reason, payloads: [...this.#payloads] }
      this.#reason = undefined
      this.#payloads.clear()
      try {
        await this.#listener(wakeUp)
      } catch (error) {
        // Whoever lost a wake-up to this is called at the next poll, as for any that was lost.
        if (wakeListenerFailed.hasSubscribers) wakeListenerFailed.publish({ channel: this.channel, error })
      }
    }
    this.#running = undefined
  }
}
