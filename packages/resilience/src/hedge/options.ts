import { systemClock, type Clock } from '@ashlar/kernel'
import { RetryBudget, type RetryBudgetOptions } from '../retry/budget.ts'
import { LatencyHistogram } from './latency-histogram.ts'

export interface HedgeOptions {
  /** In events: what is called. @default 'hedge' */
  readonly name?: string
  /** Required: the attempts run side by side, and more than one may take effect. */
  readonly idempotent: true
  /** Without an answer by then, another attempt is made. Above 0, at most 3,600,000. @default by `quantile` */
  readonly afterMs?: number
  /**
   * Instead of `afterMs`: the time within which this share of the calls has answered lately, so that about the rest is
   * hedged. 0.5 to 0.999. Costs two clock readings a call. @default 0.95
   */
  readonly quantile?: number
  /** Calls that must have succeeded before the quantile is believed: nothing is hedged until then. @default 100 */
  readonly minSamples?: number
  /** The delay by quantile is never shorter. @default 1 */
  readonly minDelayMs?: number
  /** And never longer. @default 10_000 */
  readonly maxDelayMs?: number
  /** In all, the first included. Integer, 2 to 10. @default 2 */
  readonly maxAttempts?: number
  /** One for all callers of a dependency, shared with their retries. @default 20 % and 10 a second */
  readonly budget?: RetryBudget | RetryBudgetOptions
  readonly clock?: Clock
}

/** When another attempt is made beside a slow one. */
export interface HedgeSettings {
  readonly maxAttempts: number
  readonly budget: RetryBudget
  /** Where the delay is fixed. */
  readonly afterMs: number | undefined
  /** Where it is learnt. */
  readonly latencies: LatencyHistogram | undefined
}

/** @throws {RangeError} {@link TypeError} naming the option and its value. */
export function hedgeSettings(options: HedgeOptions): HedgeSettings {
  const { idempotent, afterMs, quantile = 0.95, minSamples = 100, minDelayMs = 1, maxDelayMs = 10_000 } = options
  const { maxAttempts = 2, budget = {}, clock = systemClock } = options
  // Types do not hold everybody back, and the damage would be done twice.
  if ((idempotent as unknown) !== true) throw new TypeError(`hedge: idempotent must be true, got ${String(idempotent)}`)
  if (afterMs !== undefined && options.quantile !== undefined) {
    throw new TypeError('hedge: afterMs and quantile exclude each other')
  }
  if (afterMs !== undefined) within('afterMs', afterMs, Number.MIN_VALUE, 3_600_000)
  within('quantile', quantile, 0.5, 0.999)
  integer('minSamples', minSamples, 1, 100_000)
  within('minDelayMs', minDelayMs, 0, 3_600_000)
  within('maxDelayMs', maxDelayMs, minDelayMs, 3_600_000)
  integer('maxAttempts', maxAttempts, 2, 10)
  return {
    maxAttempts,
    budget: budget instanceof RetryBudget ? budget : new RetryBudget({ clock, ...budget }),
    afterMs,
    latencies:
      afterMs === undefined ? new LatencyHistogram({ quantile, minSamples, minDelayMs, maxDelayMs }) : undefined,
  }
}

function within(option: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max)) throw new RangeError(`hedge: ${option} must be ${min} to ${max}, got ${value}`)
}

function integer(option: string, value: number, min: number, max: number): void {
  within(option, value, min, max)
  if (!Number.isInteger(value)) throw new RangeError(`hedge: ${option} must be a whole number, got ${value}`)
}
