import { systemClock, systemRandom, withoutStack, type Clock, type Random } from '@ashlar/kernel'
import { SlidingWindow } from '../circuit-breaker/sliding-window.ts'
import { tickerOf, type Ticker } from '../internal/ticker.ts'
import { LoadShedError } from './errors.ts'
import { loadShed } from './events.ts'

export interface LoadShedderOptions {
  /** In events and errors: what is called. */
  readonly name: string
  /**
   * Calls sent for each one that is answered, before any is shed: K. Lower sheds sooner, and wastes less of the
   * dependency's time on refusals; higher notices sooner that it has recovered. 1.1 to 10. @default 2
   */
  readonly overcommit?: number
  /** What is looked back on. 100 to 3,600,000. @default 30_000 */
  readonly windowMs?: number
  /** Fewer calls in the window say nothing. Integer, 1 or more. @default 20 */
  readonly minCalls?: number
  /** Never more than this share is shed: the rest finds out whether the dependency has recovered. @default 0.95 */
  readonly maxShare?: number
  readonly clock?: Clock
  readonly random?: Random
}

/**
 * Sends a dependency that is overloaded only what it can take: the share of its failures decides which share of the calls
 * is not sent at all. Where a breaker sends all or nothing, this follows the load; it needs no state that opens or closes.
 *
 * Safe from many callers. Two increments a call and no clock reading; the window is in tenths, and up to 10 ms late.
 *
 * Source: Google, "Site Reliability Engineering", "Handling Overload", adaptive throttling: a call is shed with the
 * probability (requests - K * accepts) / (requests + 1). Differs: a call counts when it has ended, so that slow ones under
 * way do not count as refused; small numbers of calls say nothing; some calls are always sent.
 */
export class LoadShedder {
  readonly name: string
  readonly #overcommit: number
  readonly #minCalls: number
  readonly #maxShare: number
  readonly #random: Random
  readonly #ticker: Ticker
  /** All calls, and those that were not accepted: shed ones included. */
  readonly #window: SlidingWindow
  /** Calls shed since it was made. */
  shed = 0

  /** @throws {RangeError} naming the option and its value. */
  constructor(options: LoadShedderOptions) {
    const { name, overcommit = 2, windowMs = 30_000, minCalls = 20, maxShare = 0.95 } = options
    const { clock = systemClock, random = systemRandom } = options
    within('overcommit', overcommit, 1.1, 10)
    within('windowMs', windowMs, 100, 3_600_000)
    within('minCalls', minCalls, 1, 1_000_000)
    if (!Number.isInteger(minCalls)) throw new RangeError(`shed: minCalls must be a whole number, got ${minCalls}`)
    within('maxShare', maxShare, 0.01, 0.999)
    this.name = name
    this.#overcommit = overcommit
    this.#minCalls = minCalls
    this.#maxShare = maxShare
    this.#random = random
    this.#ticker = tickerOf(clock)
    this.#window = new SlidingWindow({ kind: 'time', durationMs: windowMs })
  }

  /** The share of the calls that is shed at present. */
  get share(): number {
    this.#ticker.touch()
    this.#window.slide(this.#ticker.nowMs)
    return this.#share()
  }

  /** Whether the call is to be sent. One that is must be recorded when it has ended, unless it says nothing. */
  admits(): boolean {
    // With hardly a failure in the window there is nothing to compute, nor to look at the time for.
    const { calls, failures } = this.#window
    if (failures * this.#overcommit <= calls * (this.#overcommit - 1)) return true
    const { share } = this
    if (share === 0 || this.#random.next() >= share) return true
    this.shed++
    this.record(false)
    if (loadShed.hasSubscribers) loadShed.publish({ shedder: this.name, share })
    return false
  }

  /** A call has ended: it was accepted, or failed in a way that says that the dependency is overloaded. */
  record(accepted: boolean): void {
    this.#ticker.touch()
    this.#window.record(!accepted, false, this.#ticker.nowMs)
  }

  /** For the caller whose call was shed. */
  refusal(): LoadShedError {
    const { name: shedder, share } = this
    return withoutStack(() => new LoadShedError({ shedder, share }))
  }

  #share(): number {
    const { calls, failures } = this.#window
    if (calls < this.#minCalls) return 0
    const accepts = calls - failures
    return Math.min(this.#maxShare, Math.max(0, (calls - this.#overcommit * accepts) / (calls + 1)))
  }
}

function within(option: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max)) throw new RangeError(`shed: ${option} must be ${min} to ${max}, got ${value}`)
}
