import type { Operation } from './operation.ts'

interface Event {
  readonly index: number
  readonly isEnd: boolean
}

/**
 * The invocations and ends of operations in the order of time, as a list from which operations are taken out and put
 * back. Unknown operations have no end. Each step is O(1); operations go back in the reverse order of going out.
 */
export class Timeline {
  readonly #events: readonly Event[]
  /** Positions of each operation’s two events, from 1; an unknown one has no end. */
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  // Position 0 is the list's head, and its end.
  readonly #next: number[]
  readonly #previous: number[]

  constructor(operations: readonly Operation<unknown, unknown>[]) {
    const timed = operations.flatMap(({ invokedAt, outcome }, index) => [
      { at: invokedAt, index, isEnd: false },
      ...(outcome.kind === 'ok' ? [{ at: outcome.at, index, isEnd: true }] : []),
    ])
    this.#events = timed.sort((one, other) => one.at - other.at)
    for (const [place, { index, isEnd }] of this.#events.entries()) {
      if (isEnd) this.#ends[index] = place + 1
      else this.#starts[index] = place + 1
    }
    const length = this.#events.length + 1
    this.#next = Array.from({ length }, (_, position) => (position + 1) % length)
    this.#previous = Array.from({ length }, (_, position) => (position + length - 1) % length)
  }

  first(): number {
    return this.after(0)
  }

  after(position: number): number {
    return this.#next[position] ?? 0
  }

  event(position: number): Event {
    const event = this.#events[position - 1]
    if (event === undefined) throw new RangeError(`timeline: nothing at ${position}`)
    return event
  }

  takeOut(index: number): void {
    for (const position of [this.#starts[index], this.#ends[index]]) {
      if (position === undefined) continue
      const [previous, next] = [this.#previous[position] ?? 0, this.#next[position] ?? 0]
      this.#next[previous] = next
      this.#previous[next] = previous
    }
  }

  /** Returns what comes after the operation's invocation. */
  putBack(index: number): number {
    for (const position of [this.#ends[index], this.#starts[index]]) {
      if (position === undefined) continue
      this.#next[this.#previous[position] ?? 0] = position
      this.#previous[this.#next[position] ?? 0] = position
    }
    return this.after(this.#starts[index] ?? 0)
  }
}
