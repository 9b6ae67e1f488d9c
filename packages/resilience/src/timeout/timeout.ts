import { systemClock, type Clock, type Policy } from '@ashlar/kernel'
import { single } from '../policy/single.ts'

/**
 * A policy that bounds how long work may take: it is then told to stop, and no longer waited for. About 10 ms late where
 * it is 100 ms or more, never early.
 *
 * Safe from many callers. No timer of the platform's a call, and no AbortController where the work does not ask for its
 * signal.
 * @throws {RangeError} when `timeoutMs` is not above 0 and at most an hour. The policy throws {@link AttemptTimeoutError}.
 */
export function timeout(timeoutMs: number, options: { readonly name?: string; readonly clock?: Clock } = {}): Policy {
  const { name = 'timeout', clock = systemClock } = options
  if (!(timeoutMs > 0 && timeoutMs <= 3_600_000)) {
    throw new RangeError(`timeout: timeoutMs must be above 0 and at most 3600000, got ${timeoutMs}`)
  }
  const run = single({ name, attemptTimeoutMs: timeoutMs }, clock)
  return (work) => run(work)
}
