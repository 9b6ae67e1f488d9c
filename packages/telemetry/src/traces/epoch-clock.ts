import type { Clock } from '@ashlar/kernel'

const checkEveryMs = 10_000

/** Epoch milliseconds with a fraction, for one read of the monotonic clock. The wall clock is asked every 10 s. */
export class EpochClock {
  readonly #clock: Clock
  #checkedMs: number
  #offsetMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#checkedMs = clock.now()
    this.#offsetMs = clock.wall() - this.#checkedMs
  }

  /** When it was, on the epoch's scale, when the monotonic clock said `nowMs`: a moment ago, or now. */
  at(nowMs: number): number {
    if (nowMs - this.#checkedMs > checkEveryMs) {
      this.#checkedMs = nowMs
      this.#offsetMs = this.#clock.wall() - this.#clock.now()
    }
    return nowMs + this.#offsetMs
  }
}
