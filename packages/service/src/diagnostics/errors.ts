import { AshlarError, statusRows, type EdgeRow } from '@ashlar/kernel'

/** A heap snapshot or a CPU profile is being made; there is one at a time. */
export class DiagnosticsBusyError extends AshlarError {
  readonly code = 'ASHLAR_DIAGNOSTICS_BUSY' as const
  readonly retryable = true

  constructor() {
    super('a heap snapshot or a CPU profile is being made already')
  }
}

export const diagnosticsEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_DIAGNOSTICS_BUSY: statusRows.aborted,
}
