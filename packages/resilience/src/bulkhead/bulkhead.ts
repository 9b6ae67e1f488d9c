import { abortReason, currentCall, systemClock, timerWheel, withoutStack, type Clock, type Timer } from '@ashlar/kernel'
import { joinFamily, type Membership } from '../internal/parents.ts'
import type { ConcurrencyGate } from '../policy/parts.ts'
import { BulkheadFullError } from './errors.ts'
import { bulkheadRefusal } from './events.ts'
import { WaitQueue, type Waiter } from './wait-queue.ts'

export interface BulkheadOptions {
  /** In events and errors: what is called. */
  readonly name: string
  /** Calls under way at a time. Integer, 1 to 100,000. */
  readonly maxConcurrent: number
  /** Calls that may wait for a slot. Integer, 0 to 100,000. @default 0 */
  readonly maxQueued?: number
  /** How long a call may wait. Above 0, at most 3,600,000. @default 1_000 */
  readonly queueTimeoutMs?: number
  /**
   * Who waits longest goes first, or last. Under overload `lifo` serves some in time where `fifo` serves all of them too
   * late. @default 'fifo'
   */
  readonly order?: 'fifo' | 'lifo'
  readonly clock?: Clock
}

/**
 * Bounds how many calls of a dependency are under way, so that a slow one cannot take up everything.
 *
 * Safe from many callers. A slot that is given back goes to whose turn it is in the same step: nobody who comes in
 * between can take it. O(1) without a queue. An abort, or the end of the wait, leaves the queue at once. When the queue
 * is full, a call of higher priority takes the place of one of the lowest.
 *
 * Source: M. Nygard, "Release It!", "Bulkheads".
 */
export class Bulkhead implements ConcurrencyGate {
  readonly name: string
  readonly #clock: Clock
  #maxConcurrent: number
  readonly #maxQueued: number
  readonly #queueTimeoutMs: number
  readonly #queue: WaitQueue
  #active = 0
  /** Calls refused since it was made. */
  refused = 0

  /** @throws {RangeError} naming the option and its value. */
  constructor(options: BulkheadOptions) {
    const { name, maxConcurrent, maxQueued = 0, queueTimeoutMs = 1_000, order = 'fifo', clock = systemClock } = options
    integer('maxConcurrent', maxConcurrent, 1)
    integer('maxQueued', maxQueued, 0)
    if (!(queueTimeoutMs > 0 && queueTimeoutMs <= 3_600_000)) {
      throw new RangeError(`bulkhead: queueTimeoutMs must be above 0 and at most 3600000, got ${queueTimeoutMs}`)
    }
    // Types do not hold everybody back, and what is neither would be served as the one or the other.
    if (!['fifo', 'lifo'].includes(order)) throw new TypeError(`bulkhead: order must be fifo or lifo, got ${order}`)
    this.name = name
    this.#clock = clock
    this.#maxConcurrent = maxConcurrent
    this.#maxQueued = maxQueued
    this.#queueTimeoutMs = queueTimeoutMs
    this.#queue = new WaitQueue(order)
  }

  /** Calls under way. */
  get active(): number {
    return this.#active
  }

  /** Calls that wait. */
  get queued(): number {
    return this.#queue.length
  }

  get maxConcurrent(): number {
    return this.#maxConcurrent
  }

  /** Changes the number of slots; those who wait get new ones at once, those under way keep theirs. */
  resize(maxConcurrent: number): void {
    integer('maxConcurrent', maxConcurrent, 1)
    this.#maxConcurrent = maxConcurrent
    while (this.#active < maxConcurrent && this.#admitNext());
  }

  /**
   * Runs `work` in a slot of its own, until it settles. `signal` ends the wait for it; the current call's where none is
   * given.
   * @throws {BulkheadFullError} without calling `work`.
   */
  async run<T>(
    work: () => Promise<T>,
    options: { readonly signal?: AbortSignal; readonly priority?: number } = {},
  ): Promise<T> {
    const { signal = currentCall()?.signal, priority = 0 } = options
    if (!this.tryEnter()) await this.enter({ signal, priority })
    try {
      return await work()
    } finally {
      this.release()
    }
  }

  tryEnter(): boolean {
    if (this.#active >= this.#maxConcurrent) return false
    this.#active++
    return true
  }

  /** @throws {BulkheadFullError} when it may not wait, or no longer; the signal's reason when that aborts. */
  enter({ signal, priority }: { readonly signal: AbortSignal | undefined; readonly priority: number }): Promise<void> {
    if (this.tryEnter()) return Promise.resolve()
    // It would have no place among the others.
    if (Number.isNaN(priority)) return Promise.reject(new RangeError('bulkhead: priority must be a number, got NaN'))
    if (this.#queue.length >= this.#maxQueued && !this.#makeRoom(priority)) return Promise.reject(this.refusal())
    return new Promise((resolve, reject) => {
      const waiter = new QueuedCall(priority, resolve, reject)
      this.#queue.join(waiter)
      const sinceMs = this.#clock.now()
      waiter.timer = timerWheel(this.#clock).at(sinceMs + this.#queueTimeoutMs, () => {
        this.#queue.leave(waiter)
        waiter.refuse(this.refusal(this.#clock.now() - sinceMs))
      })
      if (signal === undefined) return
      waiter.membership = joinFamily(signal, () => {
        this.#queue.leave(waiter)
        waiter.refuse(abortReason(signal))
      })
    })
  }

  /** The error for a caller that {@link tryEnter} has turned away and that will not wait: it counts as refused. */
  refusal(waitedMs = 0): BulkheadFullError {
    this.refused++
    const detail = { bulkhead: this.name, active: this.#active, waitedMs: Math.round(waitedMs) }
    if (bulkheadRefusal.hasSubscribers) bulkheadRefusal.publish(detail)
    return withoutStack(() => new BulkheadFullError(detail))
  }

  release(): void {
    this.#active--
    if (this.#active < this.#maxConcurrent) this.#admitNext()
  }

  #admitNext(): boolean {
    const waiter = this.#queue.take()
    if (waiter === undefined) return false
    this.#active++
    waiter.admit()
    return true
  }

  /** Whether a place in the queue could be had at the cost of somebody less important. */
  #makeRoom(priority: number): boolean {
    const { least } = this.#queue
    if (least === undefined || least >= priority) return false
    const ousted = this.#queue.takeLeast() as QueuedCall
    ousted.refuse(this.refusal())
    return true
  }
}

class QueuedCall implements Waiter {
  readonly priority: number
  previous: Waiter | undefined = undefined
  next: Waiter | undefined = undefined
  queued = false
  timer: Timer | undefined = undefined
  membership: Membership | undefined = undefined
  readonly #resolve: () => void
  readonly #reject: (error: unknown) => void

  constructor(priority: number, resolve: () => void, reject: (error: unknown) => void) {
    this.priority = priority
    this.#resolve = resolve
    this.#reject = reject
  }

  admit(): void {
    this.#leave()
    this.#resolve()
  }

  refuse(error: unknown): void {
    this.#leave()
    this.#reject(error)
  }

  #leave(): void {
    this.timer?.cancel()
    this.membership?.leave()
  }
}

function integer(option: string, value: number, min: number): void {
  if (!(Number.isInteger(value) && value >= min && value <= 100_000)) {
    throw new RangeError(`bulkhead: ${option} must be a whole number of ${min} to 100000, got ${value}`)
  }
}
