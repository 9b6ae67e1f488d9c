import { AshlarError } from '@ashlar/kernel'

/** One attempt took longer than it may. The work was told to stop; it may or may not have taken effect. */
export class AttemptTimeoutError extends AshlarError {
  readonly code = 'ASHLAR_ATTEMPT_TIMEOUT' as const
  readonly retryable = true
  readonly policy: string
  readonly timeoutMs: number

  constructor(detail: { policy: string; timeoutMs: number }, options?: ErrorOptions) {
    super(`"${detail.policy}" did not answer within ${detail.timeoutMs} ms`, options)
    this.policy = detail.policy
    this.timeoutMs = detail.timeoutMs
  }
}
