import { systemClock, type Clock } from '@ashlar/kernel'
import { tickerOf, type Ticker } from '../internal/ticker.ts'

export interface RetryBudgetOptions {
  /** Retries allowed for each call, on average. 0 to 1. @default 0.2 */
  readonly ratio?: number
  /** Retries allowed a second besides, so that a quiet caller may retry at all. 0 to 10,000. @default 10 */
  readonly minPerSecond?: number
  /** How long an unused allowance is kept. 1,000 to 60,000. @default 10_000 */
  readonly ttlMs?: number
  readonly clock?: Clock
}

// Thousandths of a retry, in whole numbers: fractions of a call must add up exactly.
const unit = 1_000

/**
 * Bounds the load that retries add to a dependency that is ill already: one budget a dependency, shared by all its
 * callers. A call deposits, a retry withdraws. Both O(1); a deposit reads no clock.
 *
 * Source: Finagle, `RetryBudget`. Differs: the allowance of a second is a balance of its own that refills continuously,
 * and what was deposited is halved each `ttlMs` instead of expiring by the call.
 */
export class RetryBudget {
  readonly #deposit: number
  readonly #minPerSecond: number
  readonly #ttlMs: number
  readonly #clock: Clock
  readonly #ticker: Ticker
  #balance = 0
  #reserve: number
  #atMs: number
  #halvesAtMs: number
  /** Retries that were refused for lack of budget. */
  exhausted = 0

  /** @throws {RangeError} when an option is out of its bounds. */
  constructor(options: RetryBudgetOptions = {}) {
    const { ratio = 0.2, minPerSecond = 10, ttlMs = 10_000, clock = systemClock } = options
    within('ratio', ratio, 0, 1)
    within('minPerSecond', minPerSecond, 0, 10_000)
    within('ttlMs', ttlMs, 1_000, 60_000)
    this.#deposit = Math.round(ratio * unit)
    this.#minPerSecond = minPerSecond
    this.#ttlMs = ttlMs
    this.#clock = clock
    this.#reserve = minPerSecond * unit
    this.#ticker = tickerOf(clock)
    this.#atMs = clock.now()
    this.#halvesAtMs = this.#atMs + ttlMs
  }

  /** Retries that could be made now. */
  get available(): number {
    this.#settle()
    return Math.floor(this.#balance / unit) + Math.floor(this.#reserve / unit)
  }

  /** Counts a call that was made: its first attempt, not its retries. */
  deposit(): void {
    const ticker = this.#ticker
    // Before and not after: what is new is not to be halved for the time in which nobody retried.
    if (!ticker.isRunning || ticker.nowMs >= this.#halvesAtMs) this.#catchUp()
    this.#balance += this.#deposit
  }

  /** Takes one retry out of the budget; false when there is none. */
  withdraw(): boolean {
    this.#settle()
    if (this.#balance >= unit) this.#balance -= unit
    else if (this.#reserve >= unit) this.#reserve -= unit
    else {
      this.exhausted++
      return false
    }
    return true
  }

  #catchUp(): void {
    this.#ticker.touch()
    if (this.#ticker.nowMs >= this.#halvesAtMs) this.#settle()
  }

  #settle(): void {
    const nowMs = this.#clock.now()
    const most = this.#minPerSecond * unit
    this.#reserve = Math.min(most, this.#reserve + (nowMs - this.#atMs) * this.#minPerSecond)
    this.#atMs = nowMs
    if (nowMs < this.#halvesAtMs) return
    const periods = 1 + Math.floor((nowMs - this.#halvesAtMs) / this.#ttlMs)
    this.#balance = Math.floor(this.#balance / 2 ** Math.min(periods, 60))
    this.#halvesAtMs += periods * this.#ttlMs
  }
}

function within(option: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max))
    throw new RangeError(`retry budget: ${option} must be ${min} to ${max}, got ${value}`)
}
