import { hasCode, wasRetried } from '@ashlar/kernel'
import { isRefusal } from '../internal/failures.ts'
import type { RetrySettings } from './options.ts'

/** Where a call that failed stands. */
export interface FailedAttempt {
  readonly error: unknown
  /** Which attempt failed: 1 for the first. */
  readonly attempt: number
  /** The next delay of the call's own sequence. */
  readonly nextDelayMs: () => number
  /** Until the call's deadline; `undefined` where it has none. */
  readonly remainingMs: number | undefined
}

/** Why a call is not tried again. */
export type GiveUp =
  | 'attempts'
  | 'not-retryable'
  | 'not-idempotent'
  | 'already-retried'
  | 'deadline'
  | 'push-back'
  | 'budget'

/** Milliseconds until the next attempt, or why there is none. Withdraws from the budget where there is one. */
export function decideRetry(failed: FailedAttempt, settings: RetrySettings): number | GiveUp {
  const { error, attempt, nextDelayMs, remainingMs } = failed
  if (wasRetried(error)) return 'already-retried'
  if (!isRetryable(error, settings)) return 'not-retryable'
  if (!settings.idempotent && !wasNotBegun(error)) return 'not-idempotent'
  if (attempt >= settings.maxAttempts) return 'attempts'
  const pushBackMs = pushBackOf(error)
  // As grpc-retry-pushback-ms has it: the callee asks not to be asked again. Nor in all eternity.
  if (pushBackMs < 0 || pushBackMs === Infinity) return 'push-back'
  const delayMs = Math.max(nextDelayMs(), pushBackMs)
  if (remainingMs !== undefined && delayMs >= remainingMs) return 'deadline'
  return settings.budget.withdraw() ? delayMs : 'budget'
}

/** A refusal, but for what its caller stopped: that may have been half done. */
function wasNotBegun(error: unknown): boolean {
  return isRefusal(error) && !hasCode(error, 'ASHLAR_CANCELLED')
}

/** A rule that throws says no: it must not hide the error that it was asked about, nor keep the caller waiting. */
function isRetryable(error: unknown, settings: RetrySettings): boolean {
  try {
    return settings.isRetryable(error)
  } catch {
    return false
  }
}

/** What the callee asked for: `retryAfterMs` of its error, 0 when it did not say. */
function pushBackOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('retryAfterMs' in error)) return 0
  const { retryAfterMs } = error
  return typeof retryAfterMs === 'number' && !Number.isNaN(retryAfterMs) ? retryAfterMs : 0
}
