import { AshlarError, statusRows, type EdgeRow } from '@ashlar/kernel'

/** The process has more work than it can do in time; this request was not begun. */
export class OverloadedError extends AshlarError {
  readonly code = 'ASHLAR_OVERLOADED' as const
  readonly retryable = true
  readonly retryAfterMs: number

  constructor(detail: { retryAfterMs: number }) {
    super('there is more work here than can be done in time; try again shortly')
    this.retryAfterMs = detail.retryAfterMs
  }
}

export const overloadEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_OVERLOADED: statusRows.unavailable,
}
