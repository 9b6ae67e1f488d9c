import { AshlarError, statusRows, type EdgeRow } from '@ashlar/kernel'

/** The request does not show the key. */
export class CollectorUnauthenticatedError extends AshlarError {
  readonly code = 'ASHLAR_COLLECTOR_UNAUTHENTICATED' as const
  readonly retryable = false
}

/** The request comes from where none may come from: a web page, or under another host's name. */
export class CollectorForbiddenError extends AshlarError {
  readonly code = 'ASHLAR_COLLECTOR_FORBIDDEN' as const
  readonly retryable = false
}

/** As much is being received as there is room for. */
export class CollectorBusyError extends AshlarError {
  readonly code = 'ASHLAR_COLLECTOR_BUSY' as const
  readonly retryable = true
  readonly retryAfterMs: number

  constructor(detail: { what: string; retryAfterMs: number }) {
    super(`${detail.what}; come back after ${detail.retryAfterMs} ms`)
    this.retryAfterMs = detail.retryAfterMs
  }
}

/** No trace, or metric, of that name is kept. */
export class TelemetryUnknownError extends AshlarError {
  readonly code = 'ASHLAR_COLLECTOR_UNKNOWN' as const
  readonly retryable = false
}

export const collectorEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_COLLECTOR_UNAUTHENTICATED: { ...statusRows.unauthenticated, title: 'Key required' },
  ASHLAR_COLLECTOR_FORBIDDEN: statusRows.permission_denied,
  ASHLAR_COLLECTOR_BUSY: statusRows.unavailable,
  ASHLAR_COLLECTOR_UNKNOWN: statusRows.not_found,
}
