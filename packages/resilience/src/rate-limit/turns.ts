import { abortReason, runInContext, type Clock, type Timer } from '@ashlar/kernel'
import { joinFamily, type Membership } from '../internal/parents.ts'

/** What a key's line takes from, and pays into. In milliseconds of the rate, on the clock's time. */
export interface Account {
  /** When all that has been taken, and is waited for, would be used up at the even rate. `undefined`: it was forgotten. */
  usedUpAt(): number | undefined
  setUsedUpAt(timeMs: number): void
  /** Nobody waits any more. */
  emptied(): void
}

/** Sums of fractions may be off in the last digit. */
export const roundingMs = 1e-6

/**
 * The callers that wait for calls of one key, first come, first served. What they wait for counts as taken from the
 * moment they join, so that nobody goes before them; whoever leaves gives all of it back, and those behind move up.
 *
 * Joining, leaving and going are O(1). One timer, for the first of the line.
 */
export class Turns {
  readonly #clock: Clock
  readonly #burstMs: number
  readonly #account: Account
  #first: Turn | undefined
  #last: Turn | undefined
  /** What all that wait will take. */
  #waitingMs = 0
  /** For when the account has forgotten it. */
  #usedUpAtMs = 0
  #timer: Timer | undefined

  constructor(clock: Clock, burstMs: number, account: Account) {
    this.#clock = clock
    this.#burstMs = burstMs
    this.#account = account
  }

  /** The account's, for whoever comes now: those who wait do not go before now, however late they are told. */
  usedUpAt(nowMs: number): number {
    return Math.max(this.#usedUpAt(), nowMs + this.#waitingMs)
  }

  /**
   * Resolves when it is the caller's turn. `usedUpAtMs` is the account's with the caller's cost.
   * @throws the signal's reason when it aborts.
   */
  join(usedUpAtMs: number, costMs: number, signal: AbortSignal | undefined): Promise<void> {
    this.#setUsedUpAt(usedUpAtMs)
    return new Promise((resolve, reject) => {
      const turn: Turn = { costMs, resolve, previous: this.#last, next: undefined, membership: undefined }
      if (signal !== undefined) {
        turn.membership = joinFamily(signal, () => {
          this.#leave(turn)
          reject(abortReason(signal))
        })
      }
      if (this.#last === undefined) this.#first = turn
      else this.#last.next = turn
      this.#last = turn
      this.#waitingMs += costMs
      if (this.#first === turn) this.#arm()
    })
  }

  /** As {@link Account.usedUpAt}, whose memory may be shorter. */
  #usedUpAt(): number {
    return (this.#usedUpAtMs = this.#account.usedUpAt() ?? this.#usedUpAtMs)
  }

  /** When the first may go: once what was taken before it leaves room for it in the burst. */
  #dueAt(first: Turn): number {
    return this.#usedUpAt() - this.#waitingMs + first.costMs - this.#burstMs
  }

  #arm(): void {
    this.#timer?.cancel()
    const first = this.#first
    if (first === undefined) {
      this.#account.emptied()
      return
    }
    const delayMs = this.#dueAt(first) - this.#clock.now()
    // Of no call: the one that comes first would be held for as long as anybody waits after it.
    this.#timer = runInContext(undefined, () => this.#clock.timer(delayMs, () => this.#go()))
  }

  /** Lets go whoever may. What drips in beyond the burst while a timer is late is lost, as it is for everybody. */
  #go(): void {
    const nowMs = this.#clock.now()
    for (let first = this.#first; first !== undefined; first = this.#first) {
      if (this.#dueAt(first) - nowMs > roundingMs) break
      const allWaitingMs = nowMs + this.#waitingMs
      if (this.#usedUpAt() < allWaitingMs) this.#setUsedUpAt(allWaitingMs)
      this.#unlink(first)
      first.membership?.leave()
      first.resolve()
    }
    this.#arm()
  }

  #setUsedUpAt(timeMs: number): void {
    this.#usedUpAtMs = timeMs
    this.#account.setUsedUpAt(timeMs)
  }

  #leave(turn: Turn): void {
    const wasFirst = turn === this.#first
    this.#setUsedUpAt(this.#usedUpAt() - turn.costMs)
    this.#unlink(turn)
    if (wasFirst) this.#arm()
  }

  #unlink({ previous, next, costMs }: Turn): void {
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    this.#waitingMs = this.#first === undefined ? 0 : this.#waitingMs - costMs
  }
}

/** One who waits. */
interface Turn {
  readonly costMs: number
  readonly resolve: () => void
  previous: Turn | undefined
  next: Turn | undefined
  membership: Membership | undefined
}
