import { runInContext, type Clock, type Timer } from '@ashlar/kernel'
import { exportLoss, type ExportLossReason } from './events.ts'

interface Untold {
  items: number
  why: string | undefined
}

// A line in the log for each loss would be work that grows with the outage.
const quietMs = 10_000

/**
 * Tells of losses: the first of each reason at once, and those that come within the next ten seconds together, after
 * them. So an outage makes a few events a minute, however much is lost, and their sum is exact.
 */
export class LossReport {
  readonly #signal: string
  readonly #clock: Clock
  /** Of each reason that was told of within the last ten seconds, what came since. */
  readonly #untold = new Map<ExportLossReason, Untold>()
  #timer: Timer | undefined
  #isClosed = false

  constructor(signal: string, clock: Clock) {
    this.#signal = signal
    this.#clock = clock
  }

  add(reason: ExportLossReason, items: number, why: string | undefined): void {
    const untold = this.#untold.get(reason)
    if (untold !== undefined) {
      untold.items += items
      untold.why = why ?? untold.why
      return
    }
    // Before it is told: whoever is told may lose something by it.
    this.#untold.set(reason, { items: 0, why: undefined })
    if (!this.#isClosed) this.#timer ??= this.#tellLater()
    this.#publish(reason, { items, why })
  }

  /** Tells what is untold, and from then on of the first loss of each reason only: nobody waits for the rest. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#tell()
  }

  #tellLater(): Timer {
    const tell = (): void => {
      this.#timer = undefined
      this.#tell()
      if (this.#untold.size > 0) this.#timer ??= this.#tellLater()
    }
    // Of no call: the one that lost something would be told to have lost what others do.
    return runInContext(undefined, () => this.#clock.timer(quietMs, tell, { background: true }))
  }

  #tell(): void {
    const losses = [...this.#untold].filter(([, { items }]) => items > 0)
    this.#untold.clear()
    for (const [reason] of losses) this.#untold.set(reason, { items: 0, why: undefined })
    for (const [reason, loss] of losses) this.#publish(reason, loss)
  }

  #publish(reason: ExportLossReason, { items, why }: Untold): void {
    if (exportLoss.hasSubscribers) exportLoss.publish({ signal: this.#signal, reason, why, items })
  }
}
