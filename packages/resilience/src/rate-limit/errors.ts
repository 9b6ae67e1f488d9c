import { AshlarError } from '@ashlar/kernel'

/** The caller has used up its rate for now: nothing was taken. */
export class RateLimitedError extends AshlarError {
  readonly code = 'ASHLAR_RATE_LIMITED' as const
  readonly retryable = true
  readonly limiter: string
  readonly retryAfterMs: number

  constructor(detail: { limiter: string; retryAfterMs: number }, options?: ErrorOptions) {
    super(`too many calls of "${detail.limiter}"; try again in ${detail.retryAfterMs} ms`, options)
    this.limiter = detail.limiter
    this.retryAfterMs = detail.retryAfterMs
  }
}

/** The store of the limit is away, and nobody is let through without it. Says nothing about the caller's rate. */
export class RateStoreUnavailableError extends AshlarError {
  readonly code = 'ASHLAR_RATE_STORE_UNAVAILABLE' as const
  readonly retryable = true
  readonly limiter: string
  readonly retryAfterMs: number

  constructor(detail: { limiter: string; retryAfterMs: number }, options?: ErrorOptions) {
    super(`the store of "${detail.limiter}" is away; try again in ${detail.retryAfterMs} ms`, options)
    this.limiter = detail.limiter
    this.retryAfterMs = detail.retryAfterMs
  }
}
