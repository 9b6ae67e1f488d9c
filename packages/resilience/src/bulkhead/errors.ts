import { AshlarError } from '@ashlar/kernel'

/** All slots are taken, and the call may not wait for one, or has waited as long as it may. */
export class BulkheadFullError extends AshlarError {
  readonly code = 'ASHLAR_BULKHEAD_FULL' as const
  readonly retryable = true
  readonly bulkhead: string
  /** How many calls were under way. */
  readonly active: number
  /** How long the call waited; 0 when the queue was full as well. */
  readonly waitedMs: number

  constructor(detail: { bulkhead: string; active: number; waitedMs: number }, options?: ErrorOptions) {
    const { bulkhead, active, waitedMs } = detail
    super(`"${bulkhead}" is full: ${active} under way`, options)
    this.bulkhead = bulkhead
    this.active = active
    this.waitedMs = waitedMs
  }
}
