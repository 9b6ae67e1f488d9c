import { currentCall, systemClock, type Clock } from '@ashlar/kernel'
import { Bulkhead, type BulkheadOptions } from '../bulkhead/index.ts'
import { endingOf, type Ending } from '../internal/ending.ts'
import type { ConcurrencyGate } from '../policy/parts.ts'
import type { LimitAlgorithm } from './algorithm.ts'
import { limitChanged } from './events.ts'
import { gradient2 } from './gradient2.ts'
import { LoadWindow } from './load-window.ts'

export interface AdaptiveLimitOptions extends Omit<BulkheadOptions, 'maxConcurrent'> {
  /** The limit never falls below. Integer, 1 or more. @default 1 */
  readonly minConcurrent?: number
  /** And never rises above. Integer, at most 100,000. @default 1_000 */
  readonly maxConcurrent?: number
  /** Where it begins: low is safe, and finds the way up within seconds. @default 10, within the bounds */
  readonly initialConcurrent?: number
  /** `gradient2()` or `aimd()`, one for each limit. @default gradient2() */
  readonly algorithm?: LimitAlgorithm
  /** How often the limit is reconsidered, at most: the average of two calls or more. 10 to 60,000. @default 500 */
  readonly windowMs?: number
  /** And upon how many calls at least. Integer, 1 or more. @default 20 */
  readonly minCalls?: number
}

/**
 * A bulkhead that finds its own size: as many calls as the dependency can work at, and few that only queue there.
 *
 * Safe from many callers; O(1). Two clock readings a call, and nothing kept for one. Latency is that of whole calls, a
 * policy's retries and the delays between them included. While less than half of the limit is in use, it stays.
 */
export class AdaptiveLimit implements ConcurrencyGate {
  readonly name: string
  readonly #clock: Clock
  readonly #min: number
  readonly #max: number
  readonly #windowMs: number
  readonly #minCalls: number
  readonly #algorithm: LimitAlgorithm
  readonly #bulkhead: Bulkhead
  readonly #window: LoadWindow
  #latencyMs = 0

  /** @throws {RangeError} naming the option and its value. */
  constructor(options: AdaptiveLimitOptions) {
    const { minConcurrent = 1, maxConcurrent = 1_000, algorithm = gradient2(), clock = systemClock } = options
    const { windowMs = 500, minCalls = 20, ...others } = options
    integer('minConcurrent', minConcurrent, 1, 100_000)
    integer('maxConcurrent', maxConcurrent, minConcurrent, 100_000)
    const { initialConcurrent = Math.min(maxConcurrent, Math.max(minConcurrent, 10)) } = options
    integer('initialConcurrent', initialConcurrent, minConcurrent, maxConcurrent)
    integer('minCalls', minCalls, 1, 1_000_000)
    within('windowMs', windowMs, 10, 60_000)
    this.name = options.name
    this.#clock = clock
    this.#min = minConcurrent
    this.#max = maxConcurrent
    this.#windowMs = windowMs
    this.#minCalls = minCalls
    this.#algorithm = algorithm
    this.#bulkhead = new Bulkhead({ ...others, maxConcurrent: initialConcurrent })
    this.#window = new LoadWindow(clock.now())
  }

  /** Calls that may be under way at present. */
  get limit(): number {
    return this.#bulkhead.maxConcurrent
  }

  /** Calls under way. */
  get active(): number {
    return this.#bulkhead.active
  }

  /** Calls that wait. */
  get queued(): number {
    return this.#bulkhead.queued
  }

  /** Calls refused since it was made. */
  get refused(): number {
    return this.#bulkhead.refused
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
      const value = await work()
      this.release('answered')
      return value
    } catch (error) {
      this.release(endingOf(error))
      throw error
    }
  }

  tryEnter(): boolean {
    this.#window.pass(this.#bulkhead.active, this.#clock.now())
    return this.#bulkhead.tryEnter()
  }

  enter(waiter: { readonly signal: AbortSignal | undefined; readonly priority: number }): Promise<void> {
    this.#window.pass(this.#bulkhead.active, this.#clock.now())
    return this.#bulkhead.enter(waiter)
  }

  refusal(): Error {
    return this.#bulkhead.refusal()
  }

  release(ending: Ending): void {
    const nowMs = this.#clock.now()
    this.#window.pass(this.#bulkhead.active, nowMs)
    if (ending !== 'silent') this.#window.ended(ending === 'failed')
    this.#bulkhead.release()
    // An average over less than two calls' time would say more about when it began than about the dependency.
    const leastMs = Math.max(this.#windowMs, 2 * this.#latencyMs)
    if (this.#window.calls >= this.#minCalls && this.#window.lastsMs(nowMs) >= leastMs) this.#reconsider()
  }

  #reconsider(): void {
    const from = this.#bulkhead.maxConcurrent
    const sample = this.#window.take(from)
    this.#latencyMs = sample.latencyMs
    const to = Math.min(this.#max, Math.max(this.#min, Math.round(this.#algorithm.next(sample))))
    if (to === from) return
    this.#bulkhead.resize(to)
    if (limitChanged.hasSubscribers) {
      limitChanged.publish({ limiter: this.name, from, to, latencyMs: sample.latencyMs })
    }
  }
}

function within(option: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max)) {
    throw new RangeError(`adaptive limit: ${option} must be ${min} to ${max}, got ${value}`)
  }
}

function integer(option: string, value: number, min: number, max: number): void {
  within(option, value, min, max)
  if (!Number.isInteger(value)) throw new RangeError(`adaptive limit: ${option} must be a whole number, got ${value}`)
}
