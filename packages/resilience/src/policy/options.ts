import type { CallContext, Clock, Random } from '@ashlar/kernel'
import type { BreakerOptions, BreakerUpdate, CircuitBreaker } from '../circuit-breaker/index.ts'
import type { HedgeOptions } from '../hedge/options.ts'
import type { RetryOptions } from '../retry/options.ts'
import type { LoadShedder, LoadShedderOptions } from '../shed/index.ts'
import type { ConcurrencyGate, RateGate } from './parts.ts'

/**
 * What a policy does, outermost first. Each part is optional, and one that is absent costs nothing.
 *
 * fallback > overall deadline > shedding > rate limit > bulkhead > retry or hedge > breaker > attempt timeout > work: what
 * is shed is shed before it queues, a call takes one slot however often it is tried, the breaker sees attempts, and
 * refusals of the policy itself never count against the dependency.
 */
export interface PolicyOptions<F = never> {
  /**
   * Asked when the call has failed, with the error. Its answer comes back as {@link Degraded}. When it fails too, the
   * caller gets the first error.
   */
  readonly fallback?: (error: unknown, call: CallContext | undefined) => F | Promise<F>
  /**
   * The caller gets its answer by then, and what runs below sees the deadline. A caller's own, if earlier, wins.
   * Milliseconds, above 0, at most an hour.
   */
  readonly deadlineMs?: number
  /** With less than that left the work is not begun. Milliseconds. @default 0 */
  readonly minRemainingMs?: number
  /** Sends less to a dependency that refuses much. */
  readonly shed?: LoadShedder | Omit<LoadShedderOptions, 'name' | 'clock' | 'random'>
  readonly rateLimit?: RateGate
  /** A `Bulkhead`, or an `AdaptiveLimit`. */
  readonly bulkhead?: ConcurrencyGate
  readonly retry?: Omit<RetryOptions, 'name' | 'clock' | 'random'>
  /** Instead of `retry`: another attempt beside one that is slow. A failure is told, and not tried again. */
  readonly hedge?: Omit<HedgeOptions, 'name' | 'clock'>
  readonly breaker?: CircuitBreaker | Omit<BreakerOptions, 'name' | 'clock' | 'random'> | undefined
  /**
   * How long one attempt may take: it is then told to stop, and no longer waited for. About 10 ms longer where it is 100
   * or more. Milliseconds, above 0, at most an hour.
   */
  readonly attemptTimeoutMs?: number
  readonly clock?: Clock
  readonly random?: Random
}

/** What can be changed while it runs; what is left out stays as it is. */
export interface PolicyUpdate {
  readonly breaker?: BreakerUpdate
  readonly attemptTimeoutMs?: number
  readonly retry?: Partial<NonNullable<PolicyOptions['retry']>>
}
