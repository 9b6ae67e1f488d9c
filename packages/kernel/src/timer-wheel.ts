import { AsyncLocalStorage } from '#platform'
import { systemClock, type Clock, type Timer } from './clock.ts'

export interface TimerWheelOptions {
  readonly clock?: Clock
  /** How early a timer may be: keep it well below the shortest timeout. Coarser means fewer wake-ups. @default 1 */
  readonly resolutionMs?: number
  /**
   * Leaves the clock's timer armed when the last of the wheel's is cancelled: it then runs out once, and the next to
   * come need not arm it again. @default false
   */
  readonly lingers?: boolean
}

const outsideCalls = AsyncLocalStorage.snapshot()

// Platforms count in whole milliseconds; to wait for the fraction would cost another whole one.
const clockEarlinessMs = 1

const slotBits = 5
const slots = 1 << slotBits
const levels = 7
/** Width of a slot in ticks, by level: 1, 32, 1024, ... */
const widths: readonly number[] = Array.from({ length: levels }, (_, level) => slots ** level)
const horizon = slots ** levels - 1

class WheelTimer implements Timer {
  readonly wheel: TimerWheel
  readonly dueTick: number
  readonly order: number
  run: (() => void) | undefined
  /** Level and slot as one number; -1 when in none. */
  place = -1
  previous: WheelTimer | undefined = undefined
  next: WheelTimer | undefined = undefined

  constructor(wheel: TimerWheel, dueTick: number, order: number, run: () => void) {
    this.wheel = wheel
    this.dueTick = dueTick
    this.order = order
    this.run = run
  }

  cancel(): void {
    // What the callback holds is let go even if somebody keeps the timer.
    this.run = undefined
    if (this.place >= 0) this.wheel.remove(this)
  }
}

/**
 * Many timers on one timer of the clock: for timeouts, which are armed by the thousand and nearly always cancelled.
 *
 * Arming and cancelling are O(1), one object of 80 bytes a timer and no timer of the platform's, except where the new
 * one is the first to fall due. Timers fire on the last tick that is not after their time, in the order of their ticks,
 * then of their arming: early by less than `resolutionMs` and the millisecond that a clock's own timer may be early,
 * because who gives up after those it waits for reports their timeout as its own; late only as the clock is. They do
 * not keep the process alive. An empty wheel has no timer armed, unless it lingers. Callbacks run outside any call; one
 * that throws surfaces as an uncaught exception and stops none of the others.
 *
 * Source: G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels", scheme 7: seven levels of 32 slots, 1.1
 * years at 1 ms; later ones go round again. Differs: a bitmap a level finds the next slot in use, so that idle ticks
 * cost nothing.
 */
export class TimerWheel {
  readonly #clock: Clock
  readonly #resolutionMs: number
  readonly #lingers: boolean
  readonly #startMs: number
  readonly #heads: (WheelTimer | undefined)[] = Array.from({ length: levels * slots })
  readonly #used = new Int32Array(levels)
  /** All slots up to this tick have been emptied. */
  #tick = 0
  #order = 0
  #armed = 0
  #isTurning = false
  #wake: Timer | undefined
  #wakeTick = Infinity

  /** @throws {RangeError} when the resolution is not a positive number. */
  constructor(options: TimerWheelOptions = {}) {
    const { clock = systemClock, resolutionMs = 1, lingers = false } = options
    if (!(resolutionMs > 0 && resolutionMs < Infinity)) {
      throw new RangeError(`TimerWheel: resolutionMs must be a positive number, got ${resolutionMs}`)
    }
    this.#clock = clock
    this.#resolutionMs = resolutionMs
    this.#lingers = lingers
    this.#startMs = clock.now()
  }

  /** How many timers are armed. */
  get armed(): number {
    return this.#armed
  }

  /** Calls `run` once when the clock's `now()` nears `dueMs`; a time that has passed means at once, or the next tick. */
  at(dueMs: number, run: () => void): Timer {
    // Nothing lies in any slot, so the time that went by needs no turning.
    if (this.#armed === 0 && !this.#isTurning) this.#tick = Math.max(this.#tick, this.#ticksBy(this.#clock.now()))
    const dueTick = this.#ticksBy(dueMs)
    const timer = new WheelTimer(this, dueTick > this.#tick ? dueTick : this.#tick + 1, this.#order++, run)
    this.#armed++
    this.#insert(timer)
    // Its own tick, not that of its slot: each time the clock's timer is armed anew costs precision.
    if (timer.dueTick < this.#wakeTick && !this.#isTurning) this.#wakeAt(timer.dueTick)
    return timer
  }

  /** Called by the timer's `cancel`. @internal */
  remove(timer: WheelTimer): void {
    const { place, previous, next } = timer
    timer.place = -1
    if (next !== undefined) next.previous = previous
    if (previous !== undefined) previous.next = next
    else {
      this.#heads[place] = next
      if (next === undefined) this.#used[place >>> slotBits]! &= ~(1 << (place & (slots - 1)))
    }
    timer.previous = timer.next = undefined
    if (--this.#armed === 0 && !this.#lingers) this.#sleep()
  }

  /** Puts the timer where it belongs, seen from the current tick. */
  #insert(timer: WheelTimer): void {
    const tick = Math.min(timer.dueTick, this.#tick + horizon)
    const delta = tick - this.#tick
    let level = 0
    while (delta >= widths[level + 1]!) level++
    const slot = Math.floor(tick / widths[level]!) & (slots - 1)
    const place = (level << slotBits) | slot
    const head = this.#heads[place]
    timer.place = place
    timer.next = head
    if (head !== undefined) head.previous = timer
    this.#heads[place] = timer
    this.#used[level]! |= 1 << slot
  }

  /** The next tick at which a slot in use is to be emptied; `Infinity` when there is none. */
  #nextEvent(): number {
    let first = Infinity
    for (let level = 0; level < levels; level++) {
      const used = this.#used[level]!
      if (used === 0) continue
      const column = Math.floor(this.#tick / widths[level]!)
      // Turned so that the lowest bit is the slot after the current one; the current one comes last, a round away.
      const shift = (column + 1) & (slots - 1)
      const ahead = (used >>> shift) | (used << -shift)
      const distance = 32 - Math.clz32(ahead & -ahead)
      first = Math.min(first, (column + distance) * widths[level]!)
    }
    return first
  }

  #turn(): void {
    const nowMs = this.#clock.now()
    const isReached = this.#startMs + this.#wakeTick * this.#resolutionMs - nowMs < clockEarlinessMs
    const untilTick = Math.max(this.#ticksBy(nowMs), isReached ? this.#wakeTick : 0)
    this.#sleep()
    this.#isTurning = true
    for (let tick = this.#nextEvent(); tick <= untilTick; tick = this.#nextEvent()) {
      this.#tick = tick
      for (const timer of this.#takeDue()) this.#fire(timer)
    }
    this.#tick = Math.max(this.#tick, untilTick)
    this.#isTurning = false
    if (this.#armed > 0) this.#wakeAt(this.#nextEvent())
  }

  /** Empties the slots that begin at the current tick: what is due comes back, the rest moves to finer levels. */
  #takeDue(): WheelTimer[] {
    const due: WheelTimer[] = []
    for (let level = levels - 1; level >= 0; level--) {
      if (this.#tick % widths[level]! !== 0) continue
      const slot = (this.#tick / widths[level]!) & (slots - 1)
      const place = (level << slotBits) | slot
      let timer = this.#heads[place]
      this.#heads[place] = undefined
      this.#used[level]! &= ~(1 << slot)
      while (timer !== undefined) {
        const { next } = timer
        timer.place = -1
        timer.previous = timer.next = undefined
        if (timer.dueTick <= this.#tick) due.push(timer)
        else this.#insert(timer)
        timer = next
      }
    }
    this.#armed -= due.length
    return due.sort((a, b) => a.order - b.order)
  }

  #fire(timer: WheelTimer): void {
    const { run } = timer
    timer.run = undefined
    try {
      // One of those that fell due with it may have cancelled it.
      run?.()
    } catch (error) {
      this.#clock.immediate(() => {
        throw error
      })
    }
  }

  #wakeAt(tick: number): void {
    this.#wake?.cancel()
    this.#wakeTick = tick
    const delayMs = this.#startMs + tick * this.#resolutionMs - this.#clock.now()
    // Whoever happens to arm it must neither be kept alive by it nor seem to be the caller of every callback.
    this.#wake = outsideCalls(() => this.#clock.timer(delayMs, () => this.#turn(), { background: true }))
  }

  #sleep(): void {
    this.#wake?.cancel()
    this.#wake = undefined
    this.#wakeTick = Infinity
  }

  #ticksBy(nowMs: number): number {
    return Math.floor((nowMs - this.#startMs) / this.#resolutionMs)
  }
}

const shared = new WeakMap<Clock, TimerWheel>()

/**
 * The wheel that everybody in the process shares, at a quarter of a millisecond: one for each clock. That of the
 * machine's clock lingers, so that one call after another costs no more than many at a time.
 */
export function timerWheel(clock: Clock = systemClock): TimerWheel {
  let wheel = shared.get(clock)
  if (wheel === undefined)
    shared.set(clock, (wheel = new TimerWheel({ clock, resolutionMs: 0.25, lingers: clock === systemClock })))
  return wheel
}
