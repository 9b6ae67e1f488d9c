import { AshlarError, unreachableRow, type EdgeRow } from '@ashlar/kernel'

/** So many items wait that no more are taken: the database cannot keep up, or is away. */
export class BatchFullError extends AshlarError {
  readonly code = 'ASHLAR_SQL_BATCH_FULL' as const
  readonly retryable = true
  readonly batch: string
  readonly queued: number

  constructor(batch: string, queued: number) {
    super(`batch "${batch}" is full: ${queued} items wait`)
    this.batch = batch
    this.queued = queued
  }
}

/** The batch takes no more items, because this process is shutting down. */
export class BatchClosedError extends AshlarError {
  readonly code = 'ASHLAR_SQL_BATCH_CLOSED' as const
  readonly retryable = true
  readonly batch: string

  constructor(batch: string) {
    super(`batch "${batch}" has been closed by this process`)
    this.batch = batch
  }
}

/** What callers are told of these errors. */
export const batchEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_SQL_BATCH_FULL: unreachableRow,
  ASHLAR_SQL_BATCH_CLOSED: unreachableRow,
}
