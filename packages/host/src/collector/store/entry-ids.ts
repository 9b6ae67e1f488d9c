import type { Clock } from '@ashlar/kernel'

// So many ids fit in a millisecond; they stay exact numbers until the year 2248.
const idsPerMs = 1_024

/**
 * Numbers that grow with time, also over restarts and when the clock goes back: who reads a store from its newest entry
 * on needs no other order, and no index beside the one of ids.
 */
export class EntryIds {
  readonly #clock: Clock
  #last: number

  constructor(clock: Clock, last = 0) {
    this.#clock = clock
    this.#last = last
  }

  readonly next = (): number => {
    const now = idAt(this.#clock.wall())
    this.#last = now > this.#last ? now : this.#last + 1
    return this.#last
  }
}

/** When an id was given, as the clock stood then: epoch, in milliseconds. */
export function timeOf(id: number): number {
  return Math.floor(id / idsPerMs)
}

/** The first id of a moment. */
export function idAt(wallMs: number): number {
  return Math.max(0, Math.floor(wallMs)) * idsPerMs
}
