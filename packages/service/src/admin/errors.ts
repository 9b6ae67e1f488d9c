import { AshlarError, statusRows, type EdgeRow } from '@ashlar/kernel'

/** The key of the admin endpoint was not sent, or is not the right one. */
export class AdminUnauthenticatedError extends AshlarError {
  readonly code = 'ASHLAR_ADMIN_UNAUTHENTICATED' as const
  readonly retryable = false

  constructor() {
    super('the admin key is missing or wrong')
  }
}

/** Too many were turned away lately; whoever holds the key is answered all the same. */
export class AdminTooManyFailuresError extends AshlarError {
  readonly code = 'ASHLAR_ADMIN_TOO_MANY_FAILURES' as const
  readonly retryable = true
  readonly retryAfterMs: number

  constructor(detail: { retryAfterMs: number }) {
    super('too many requests without the right admin key')
    this.retryAfterMs = detail.retryAfterMs
  }
}

/** The request was made by a web page, or for another host: nothing on the web has any business here. */
export class AdminForbiddenError extends AshlarError {
  readonly code = 'ASHLAR_ADMIN_FORBIDDEN' as const
  readonly retryable = false
}

/** The service has no action of this name. */
export class UnknownActionError extends AshlarError {
  readonly code = 'ASHLAR_ADMIN_UNKNOWN_ACTION' as const
  readonly retryable = false

  constructor(detail: { action: string; service: string }) {
    super(`${detail.service} has no action "${detail.action}"`)
  }
}

export const adminEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_ADMIN_UNAUTHENTICATED: statusRows.unauthenticated,
  ASHLAR_ADMIN_TOO_MANY_FAILURES: statusRows.resource_exhausted,
  ASHLAR_ADMIN_FORBIDDEN: statusRows.permission_denied,
  ASHLAR_ADMIN_UNKNOWN_ACTION: statusRows.not_found,
}
