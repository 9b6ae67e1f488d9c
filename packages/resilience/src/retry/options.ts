import { backoff, systemClock, systemRandom, type Clock, type Jitter, type Random } from '@ashlar/kernel'
import { RetryBudget, type RetryBudgetOptions } from './budget.ts'

export interface RetryOptions {
  /** In events: what is called. @default 'retry' */
  readonly name?: string
  /**
   * Whether the work may be done twice: required, because nobody else can know. Where it may not, only what was refused
   * before it began is tried again.
   */
  readonly idempotent: boolean
  /** Calls in total, the first included. Integer, 1 to 100. @default 3 */
  readonly maxAttempts?: number
  /** See kernel's `backoff`. @default 100 */
  readonly baseDelayMs?: number
  /** Raising it lowers the load on a sick dependency and raises the worst latency. @default 10_000 */
  readonly maxDelayMs?: number
  /** @default 'full' */
  readonly jitter?: Jitter
  /** One for all callers of a dependency; options make one of its own. @default 20 % and 10 a second */
  readonly budget?: RetryBudget | RetryBudgetOptions
  /**
   * Whether an error is worth another attempt. Asked after everything that forbids it. Where it throws, it is not.
   * @default errors that say `retryable: true`
   */
  readonly isRetryable?: (error: unknown) => boolean
  readonly clock?: Clock
  readonly random?: Random
}

export interface RetrySettings {
  readonly name: string
  readonly idempotent: boolean
  readonly maxAttempts: number
  readonly budget: RetryBudget
  readonly isRetryable: (error: unknown) => boolean
  readonly clock: Clock
  /** Begins the delays of one call. */
  readonly delays: () => () => number
}

const jitters: readonly Jitter[] = ['full', 'equal', 'decorrelated']

/** @throws {RangeError} {@link TypeError} naming the option and its value. */
export function retrySettings(options: RetryOptions): RetrySettings {
  const { name = 'retry', idempotent, maxAttempts = 3, baseDelayMs = 100, maxDelayMs = 10_000 } = options
  const { jitter = 'full', budget = {}, isRetryable = saysRetryable } = options
  const { clock = systemClock, random = systemRandom } = options
  if (typeof idempotent !== 'boolean') {
    throw new TypeError(`retry: idempotent must be true or false, got ${String(idempotent)}`)
  }
  if (!(Number.isInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts <= 100)) {
    throw new RangeError(`retry: maxAttempts must be a whole number of 1 to 100, got ${maxAttempts}`)
  }
  if (!jitters.includes(jitter))
    throw new TypeError(`retry: jitter must be one of ${jitters.join(', ')}, got ${jitter}`)
  const delays = (): (() => number) => backoff({ baseDelayMs, maxDelayMs, jitter, random })
  // What it refuses it should refuse now, not at the first failure.
  delays()
  const shared = budget instanceof RetryBudget ? budget : new RetryBudget({ clock, ...budget })
  return { name, idempotent, maxAttempts, budget: shared, isRetryable, clock, delays }
}

function saysRetryable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === true
}
