import type { Clock, Timer } from '../clock.ts'

interface Pending {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

/**
 * A clock that stands still until told otherwise, so that tests neither sleep nor race.
 *
 * Timers fire in the order of their times, and of their arming where times are equal; `now` is each timer's own time
 * while it runs.
 */
export class VirtualClock implements Clock {
  #nowMs = 0
  #wallAtZeroMs: number
  #order = 0
  readonly #pending = new Set<Pending>()

  /** @param wallMs what `wall()` says at first. @default 2026-01-01T00:00:00Z */
  constructor(wallMs = 1_767_225_600_000) {
    this.#wallAtZeroMs = wallMs
  }

  now(): number {
    return this.#nowMs
  }

  /** In whole milliseconds, as the machine's clock has them. */
  wall(): number {
    return Math.floor(this.#wallAtZeroMs + this.#nowMs)
  }

  /** Sets the wall clock as an administrator or NTP would: `now()` does not notice. */
  setWall(wallMs: number): void {
    this.#wallAtZeroMs = wallMs - this.#nowMs
  }

  timer(delayMs: number, run: () => void): Timer {
    const pending = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run }
    this.#pending.add(pending)
    return { cancel: () => void this.#pending.delete(pending) }
  }

  immediate(run: () => void): Timer {
    return this.timer(0, run)
  }

  /** How many timers are armed: 0 at the end of a test means that nothing leaked. */
  get armed(): number {
    return this.#pending.size
  }

  /**
   * Moves time on by `ms`, firing what falls due. Between timers, promise callbacks run: a timer armed by code that
   * awaited an earlier one still fires in this call.
   */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await settle()
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#pending.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.run()
      await settle()
    }
    this.#nowMs = untilMs
    await settle()
  }

  #next(untilMs: number): Pending | undefined {
    let first: Pending | undefined
    for (const pending of this.#pending) {
      if (pending.atMs > untilMs) continue
      if (
        first === undefined ||
        pending.atMs < first.atMs ||
        (pending.atMs === first.atMs && pending.order < first.order)
      ) {
        first = pending
      }
    }
    return first
  }
}

/** Resolves when the promise callbacks that are ready, and those they make ready, have run. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
