import { AshlarError } from '@ashlar/kernel'

/** Somebody else has taken the order over: whoever gets this must leave it alone. */
export class LeaseLostError extends AshlarError {
  readonly code = 'SHOP_ORDER_LEASE_LOST' as const
  readonly retryable = false

  constructor(orderId: string) {
    super(`order ${orderId} was taken over by another runner`)
  }
}
