import { systemClock, systemRandom } from '@ashlar/kernel'
import { CircuitBreaker } from '../circuit-breaker/index.ts'
import { hedgeSettings } from '../hedge/options.ts'
import { retrySettings, type RetrySettings } from '../retry/options.ts'
import { LoadShedder } from '../shed/index.ts'
import type { PolicyOptions, PolicyUpdate } from './options.ts'
import type { Parts } from './parts.ts'

const longestMs = 3_600_000

/** Checks the options and makes the parts that they ask for. */
export function partsOf<F>(name: string, options: PolicyOptions<F>): Parts {
  const { shed, rateLimit, bulkhead, retry, hedge, breaker, attemptTimeoutMs } = options
  const { clock = systemClock, random = systemRandom } = options
  checkTimes(options)
  if (retry !== undefined && hedge !== undefined) {
    throw new TypeError('policy: retry and hedge exclude each other: attempts one after another, or side by side')
  }
  return {
    name,
    shed: shed === undefined || shed instanceof LoadShedder ? shed : new LoadShedder({ ...shed, name, clock, random }),
    rate: rateLimit,
    concurrency: bulkhead,
    retry: retry === undefined ? undefined : retrySettings({ ...retry, name, clock, random }),
    hedge: hedge === undefined ? undefined : hedgeSettings({ ...hedge, name, clock }),
    breaker:
      breaker === undefined || breaker instanceof CircuitBreaker
        ? breaker
        : new CircuitBreaker({ ...breaker, name, clock, random }),
    attemptTimeoutMs: attemptTimeoutMs ?? 0,
  }
}

/**
 * The parts with other settings. What they remember stays, the budget of retries included.
 * @throws {RangeError} {@link TypeError} with nothing changed.
 */
export function changedParts<F>(parts: Parts, options: PolicyOptions<F>, change: PolicyUpdate): Parts {
  const { clock = systemClock, random = systemRandom } = options
  checkTimes(change)
  let { retry, attemptTimeoutMs } = parts
  if (change.attemptTimeoutMs !== undefined) attemptTimeoutMs = change.attemptTimeoutMs
  if (change.retry !== undefined) {
    const before = presentIn<RetrySettings>(parts.name, 'retry', retry)
    const { idempotent, budget } = before
    const given = { idempotent, ...options.retry, budget, ...change.retry }
    retry = retrySettings({ ...given, name: parts.name, clock, random })
  }
  if (change.breaker !== undefined) presentIn(parts.name, 'breaker', parts.breaker).update(change.breaker)
  return { ...parts, retry, attemptTimeoutMs }
}

function presentIn<P>(policy: string, part: string, value: P | undefined): P {
  if (value === undefined) throw new TypeError(`policy: "${policy}" has no ${part}`)
  return value
}

function checkTimes<F>(options: Pick<PolicyOptions<F>, 'deadlineMs' | 'minRemainingMs' | 'attemptTimeoutMs'>): void {
  const { deadlineMs, minRemainingMs = 0, attemptTimeoutMs } = options
  checkMs('deadlineMs', deadlineMs)
  checkMs('attemptTimeoutMs', attemptTimeoutMs)
  if (!(minRemainingMs >= 0 && minRemainingMs <= (deadlineMs ?? longestMs))) {
    throw new RangeError(`policy: minRemainingMs must be 0 to deadlineMs, got ${minRemainingMs}`)
  }
}

function checkMs(option: string, value: number | undefined): void {
  if (value !== undefined && !(value > 0 && value <= longestMs)) {
    throw new RangeError(`policy: ${option} must be above 0 and at most ${longestMs}, got ${value}`)
  }
}
