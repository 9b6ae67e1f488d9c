export { policyActions, type OperablePolicy } from './actions.ts'
export { AdaptiveLimit, aimd, gradient2, type AdaptiveLimitOptions } from './adaptive/index.ts'
export { Bulkhead, BulkheadFullError, type BulkheadOptions } from './bulkhead/index.ts'
export {
  BreakerOpenError,
  CircuitBreaker,
  consecutive,
  type BreakerMode,
  type BreakerOptions,
  type BreakerPermit,
  type BreakerResult,
  type BreakerSnapshot,
  type BreakerState,
  type BreakerUpdate,
} from './circuit-breaker/index.ts'
export { Degraded, isDegraded } from './fallback/index.ts'
export { hedging, type HedgeOptions } from './hedge/index.ts'
export {
  compose,
  policy,
  type Outcome,
  type PolicyEntry,
  type PolicyOptions,
  type PolicyRefusal,
  type PolicyResult,
  type PolicySnapshot,
  type PolicyUpdate,
  type ResiliencePolicy,
} from './policy/index.ts'
// The shared one is in `/rate-limit` only: a page has no store to share, and would have to load its script.
export { RateLimitedError, RateLimiter, rateLimitHeaders, type RateLimiterOptions } from './rate-limit/index.ts'
export { retry, RetryBudget, retrying, type RetryBudgetOptions, type RetryOptions } from './retry/index.ts'
export { LoadShedder, LoadShedError, type LoadShedderOptions } from './shed/index.ts'
export { AttemptTimeoutError, timeout } from './timeout/index.ts'
