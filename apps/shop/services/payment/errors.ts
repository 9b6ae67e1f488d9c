import { AshlarError } from '@ashlar/kernel'
import { refusal, type ShopError } from '../shared/shop-errors.ts'

/** The order was refunded or cancelled; it cannot be charged any more. */
export class PaymentClosedError extends AshlarError {
  readonly code = 'SHOP_PAYMENT_CLOSED' as const
  readonly retryable = false

  constructor() {
    super('the order was cancelled or refunded and cannot be charged any more')
  }
}

export const paymentNotFound = (): ShopError => refusal('SHOP_PAYMENT_NOT_FOUND', 'this order was never charged')
