import { systemClock, type Policy, type PolicyCall } from '@ashlar/kernel'
import { single } from '../policy/single.ts'
import { retrySettings, type RetryOptions } from './options.ts'

/**
 * Runs `work` until it succeeds, at most `maxAttempts` times. Delays grow and are jittered, the callee's `retryAfterMs` is
 * honoured, nothing is tried past the call's deadline, nor what somebody further in has retried already.
 *
 * The budget is this one call's unless one is given: share a {@link RetryBudget}, or use {@link retrying}, where many
 * callers meet one dependency.
 * @throws the last failure; the signal's reason as soon as it aborts, during a delay too.
 */
export function retry<T>(
  work: (call: PolicyCall) => Promise<T>,
  options: RetryOptions & { readonly signal?: AbortSignal },
): Promise<T> {
  const { signal, ...others } = options
  return runner(others)(work, { signal })
}

/** A policy that tries again, with one budget for all of its calls. See {@link retry}. */
export function retrying(options: RetryOptions): Policy {
  const run = runner(options)
  return (work) => run(work)
}

function runner(options: RetryOptions): ReturnType<typeof single> {
  const settings = retrySettings(options)
  return single({ name: settings.name, retry: settings }, options.clock ?? systemClock)
}
