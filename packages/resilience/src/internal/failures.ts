import { codeOf } from '@ashlar/kernel'

/** Codes of what our own policies and clients refuse to send: they say nothing about what was to be called. */
const refusals = new Set([
  'ASHLAR_BREAKER_OPEN',
  'ASHLAR_RATE_LIMITED',
  'ASHLAR_RATE_STORE_UNAVAILABLE',
  'ASHLAR_BULKHEAD_FULL',
  'ASHLAR_LOAD_SHED',
  'ASHLAR_HTTP_OVERLOADED',
  'ASHLAR_RPC_OVERLOADED',
  'ASHLAR_CANCELLED',
])

/** Whether the error is a refusal of one of our own policies, or the caller's own change of mind. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && refusals.has(code)
}

/** Whether the error says that the dependency is ill: errors that say whether they are worth a retry say that too. */
export function isDependencyFailure(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('retryable' in error)) return true
  return error.retryable === true
}
