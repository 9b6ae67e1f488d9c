import type { Clock, Timer } from '@ashlar/kernel'

/** A clock that is moved on without awaiting anything, for the million steps of a property. */
export class ManualClock implements Clock {
  #nowMs = 0
  #pending: { readonly atMs: number; readonly run: () => void }[] = []

  now(): number {
    return this.#nowMs
  }

  wall(): number {
    return this.#nowMs
  }

  timer(delayMs: number, run: () => void): Timer {
    const pending = { atMs: this.#nowMs + Math.max(0, delayMs), run }
    this.#pending.push(pending)
    return { cancel: () => void (this.#pending = this.#pending.filter((one) => one !== pending)) }
  }

  immediate(run: () => void): Timer {
    return this.timer(0, run)
  }

  /** Fires what falls due, each at its own time. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (;;) {
      const [first] = this.#pending.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
      if (first === undefined) break
      this.#pending = this.#pending.filter((one) => one !== first)
      this.#nowMs = Math.max(this.#nowMs, first.atMs)
      first.run()
    }
    this.#nowMs = untilMs
  }
}
