import { AshlarError } from '@ashlar/kernel'

/** The circuit is open, isolated, or has all its probes in flight: the dependency was not called. */
export class BreakerOpenError extends AshlarError {
  readonly code = 'ASHLAR_BREAKER_OPEN' as const
  readonly retryable = true
  readonly breaker: string
  readonly retryAfterMs: number

  constructor(detail: { breaker: string; retryAfterMs: number }, options?: ErrorOptions) {
    super(`circuit "${detail.breaker}" is open; try again in ${detail.retryAfterMs} ms`, options)
    this.breaker = detail.breaker
    this.retryAfterMs = detail.retryAfterMs
  }
}
