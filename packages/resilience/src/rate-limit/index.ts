export { RateLimitedError, RateStoreUnavailableError } from './errors.ts'
export {
  keyEvicted,
  rateRefusal,
  rateStoreFailure,
  type KeyEvicted,
  type RateRefusal,
  type RateStoreFailure,
} from './events.ts'
export { RateLimiter, rateLimitHeaders, type RateDecision, type RateLimiterOptions } from './rate-limiter.ts'
export type { Script, ScriptRunner } from './script-runner.ts'
export type { LeaseOptions, OnStoreError, SharedRateLimiterOptions } from './shared-options.ts'
export { SharedRateLimiter, type SharedRateDecision, type SharedRateTake } from './shared-rate-limiter.ts'
