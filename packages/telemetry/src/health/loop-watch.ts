import type { Clock, Timer } from '@ashlar/kernel'
import type { Logger } from '../logs/index.ts'

export interface LoopWatchOptions {
  /**
   * The process is overloaded when its event loop was once later than this in each of five seconds in a row; and is so no
   * more after two seconds in a row in which it was never later than half of it. In milliseconds.
   */
  readonly maxLagMs: number
  readonly log: Logger
  readonly clock: Clock
}

// What is late by less than this may be missed; what counts here is hundreds of milliseconds.
const tickMs = 50
const readingMs = 1_000
const readingsToOverload = 5
const readingsToRecover = 2

/**
 * Watches whether the process keeps up with its work. One long pause, as of a process that was stopped or wrote down its
 * heap, is a single reading and no overload. Does not keep the process alive.
 *
 * By a timer of its own: the platform's monitor passes over the first tick after each reading, which is the only one
 * when the loop is late by a second.
 */
export class LoopWatch implements Disposable {
  readonly #options: LoopWatchOptions
  #timer: Timer
  #isOverloaded = false
  /** Readings in a row that speak against the present state. */
  #against = 0
  #readingSinceMs: number
  #latestMs = 0

  /** @throws {RangeError} when `maxLagMs` is no number above 0. */
  constructor(options: LoopWatchOptions) {
    const { maxLagMs, clock } = options
    if (!(Number.isFinite(maxLagMs) && maxLagMs > 0)) {
      throw new RangeError(`LoopWatch: maxLagMs must be a number above 0, got ${maxLagMs}`)
    }
    this.#options = options
    this.#readingSinceMs = clock.now()
    this.#timer = this.#tickLater()
  }

  get isOverloaded(): boolean {
    return this.#isOverloaded
  }

  [Symbol.dispose](): void {
    this.#timer.cancel()
  }

  #tickLater(): Timer {
    const { clock } = this.#options
    const dueMs = clock.now() + tickMs
    const tick = (): void => {
      const nowMs = clock.now()
      this.#latestMs = Math.max(this.#latestMs, nowMs - dueMs)
      this.#timer = this.#tickLater()
      if (nowMs - this.#readingSinceMs < readingMs) return
      const lagMs = this.#latestMs
      this.#readingSinceMs = nowMs
      this.#latestMs = 0
      this.#judge(lagMs)
    }
    return clock.timer(tickMs, tick, { background: true })
  }

  #judge(lagMs: number): void {
    const { maxLagMs, log } = this.#options
    const isAgainst = this.#isOverloaded ? lagMs < maxLagMs / 2 : lagMs > maxLagMs
    this.#against = isAgainst ? this.#against + 1 : 0
    if (this.#against < (this.#isOverloaded ? readingsToRecover : readingsToOverload)) return
    this.#against = 0
    this.#isOverloaded = !this.#isOverloaded
    const fields = { lagMs: Math.round(lagMs), maxLagMs }
    if (this.#isOverloaded) log.warn(fields, 'overloaded: new requests are refused')
    else log.info(fields, 'no longer overloaded')
  }
}
