import type { Clock } from '@ashlar/kernel'

/** So many in each second of the clock, the first that ask. */
export class PerSecond {
  readonly #clock: Clock
  readonly #most: number
  #second = 0
  #taken = 0

  constructor(clock: Clock, most: number) {
    this.#clock = clock
    this.#most = most
  }

  take(): boolean {
    const second = Math.floor(this.#clock.now() / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#taken = 0
    }
    this.#taken += 1
    return this.#taken <= this.#most
  }
}
