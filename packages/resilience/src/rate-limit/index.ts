export { RateLimitedError } from './errors.ts'
export { keyEvicted, rateRefusal, type KeyEvicted, type RateRefusal } from './events.ts'
export { RateLimiter, rateLimitHeaders, type RateDecision, type RateLimiterOptions } from './rate-limiter.ts'
