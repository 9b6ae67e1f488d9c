import { AshlarError, unreachableRow, type EdgeRow } from '@ashlar/kernel'

/** The lease has expired or has been taken over: somebody else may be doing its work. Nothing more may be written. */
export class LeaseLostError extends AshlarError {
  readonly code = 'ASHLAR_SQL_LEASE_LOST' as const
  readonly retryable = true
  readonly resource: string
  readonly epoch: number

  constructor(resource: string, epoch: number) {
    super(`the lease on "${resource}" (epoch ${epoch}) is no longer held by this process`)
    this.resource = resource
    this.epoch = epoch
  }
}

/** What callers are told of these errors. */
export const leaseEdgeRows: Readonly<Record<string, EdgeRow>> = { ASHLAR_SQL_LEASE_LOST: unreachableRow }
