/** What a policy hands to the work, each time it runs it. */
export interface PolicyCall {
  /** Aborts when this attempt is to stop: the caller cancelled, its time is up, or another attempt has won. */
  readonly signal: AbortSignal
  /** Which run of the work this is: 1 for the first. */
  readonly attempt: number
}

/**
 * Runs work under a rule: a timeout, retries, a limit, a circuit breaker, or several of them in one. What takes a
 * policy (an HTTP client, a bus) need not know which.
 *
 * May run `work` more than once, also at the same time, or not at all; resolves with the result of one run, rejects
 * with the last failure or with the policy's own refusal. Safe from many callers. Work that cannot be repeated must not
 * be given to a policy that repeats. One that has repeated says so with {@link markRetried} of what it rejects with.
 */
export interface Policy {
  <T>(work: (call: PolicyCall) => Promise<T>): Promise<T>
}

const retried = new WeakSet<object>()

/**
 * Notes that a call was repeated before it failed with this error: whoever sees it further out should not repeat it
 * again, for retries of retries multiply. Of things that are no objects nothing is noted.
 */
export function markRetried(error: unknown): void {
  if (isObject(error)) retried.add(error)
}

/** Whether somebody closer to the cause has repeated the call that failed with this error, here or behind a wire. */
export function wasRetried(error: unknown): boolean {
  return isObject(error) && retried.has(error)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
