import { runInContext, timerWheel, type Clock, type Timer } from '@ashlar/kernel'

/** Width of a tick, in milliseconds. */
export const tickMs = 10
// Below this a tick is too much of the timeout to be off by.
const exactBelowMs = 100
const idleTicks = 200

/** Something that expires unless it is unwatched before. Its links and its timer belong to the ticker. */
export interface Watched {
  readonly timeoutMs: number
  previous: Watched | undefined
  next: Watched | undefined
  timer: Timer | undefined
  expire(): void
}

/**
 * Time in steps of 10 ms, for what happens so often that reading the clock would be most of its cost.
 *
 * Ticks while it is used, and for two seconds after. What is watched is only put into a list; the timers are armed at
 * the next tick, and most calls have ended by then. Never keeps the process alive.
 */
export class Ticker {
  /** The clock's `now()` at the latest tick: up to 10 ms old, more while the event loop is blocked. Touch first. */
  nowMs: number
  /** Whether `nowMs` moves on, for those who need it rarely enough to touch only then. */
  isRunning = false
  readonly #clock: Clock
  #idle = 0
  /** What is watched since the latest tick, the newest first; the oldest is its own next. */
  #young: Watched | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.nowMs = clock.now()
  }

  /** Says that time matters: `nowMs` holds from here on. */
  touch(): void {
    this.#idle = 0
    if (!this.isRunning) this.#start()
  }

  /** Calls `watched.expire()` after its `timeoutMs`, never before; up to a tick late where that is 100 ms or more. */
  watch(watched: Watched): void {
    if (watched.timeoutMs < exactBelowMs) {
      this.#arm(watched, this.#clock.now())
      return
    }
    this.touch()
    const young = this.#young
    if (young === undefined) watched.next = watched
    else {
      watched.next = young
      young.previous = watched
    }
    this.#young = watched
  }

  /** Does nothing where it has expired, or is not watched. */
  unwatch(watched: Watched): void {
    const { previous, next } = watched
    if (next === undefined) {
      if (watched.timer !== undefined) watched.timer.cancel()
      return
    }
    watched.previous = watched.next = undefined
    const isLast = next === watched
    if (previous === undefined) this.#young = isLast ? undefined : next
    else previous.next = isLast ? previous : next
    if (!isLast) next.previous = previous
  }

  #arm(watched: Watched, nowMs: number): void {
    // The wheel may be early by its resolution and by that of the clock's own timer.
    watched.timer = timerWheel(this.#clock).at(nowMs + watched.timeoutMs + 2, () => watched.expire())
  }

  #start(): void {
    this.isRunning = true
    this.nowMs = this.#clock.now()
    // Not as part of whichever call happens to be the first.
    runInContext(undefined, () => this.#wait())
  }

  #wait(): void {
    this.#clock.timer(tickMs, () => this.#tick(), { background: true })
  }

  #tick(): void {
    this.nowMs = this.#clock.now()
    for (let watched = this.#young; watched !== undefined; watched = this.#young) {
      this.unwatch(watched)
      this.#arm(watched, this.nowMs)
    }
    if (++this.#idle > idleTicks) this.isRunning = false
    else this.#wait()
  }
}

const tickers = new WeakMap<Clock, Ticker>()

/** The clock's ticker: one for all that share the clock. */
export function tickerOf(clock: Clock): Ticker {
  let ticker = tickers.get(clock)
  if (ticker === undefined) tickers.set(clock, (ticker = new Ticker(clock)))
  return ticker
}
