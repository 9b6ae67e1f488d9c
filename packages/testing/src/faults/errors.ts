import { AshlarError } from '@ashlar/kernel'

/** What a rule that throws throws, unless it was given an error of its own. */
export class FaultInjectedError extends AshlarError {
  readonly code = 'ASHLAR_TESTING_FAULT_INJECTED' as const
  readonly retryable = true
  readonly point: string
  /** Which hit of the rule it was, from 1. */
  readonly hit: number

  constructor(detail: { readonly point: string; readonly hit: number }) {
    super(`fault at "${detail.point}", hit ${detail.hit}, as a test asked`)
    this.point = detail.point
    this.hit = detail.hit
  }
}
