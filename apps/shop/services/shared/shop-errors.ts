import { AshlarError, withoutStack } from '@ashlar/kernel'

/** Every code with which the shop's own rules refuse something. Public: clients match by them, so none is ever reused. */
export type ShopErrorCode =
  | 'SHOP_BAD_CREDENTIALS'
  | 'SHOP_BANK_UNAVAILABLE'
  | 'SHOP_BUSY'
  | 'SHOP_CARD_INVALID'
  | 'SHOP_CART_EMPTY'
  | 'SHOP_CART_FULL'
  | 'SHOP_EMAIL_TAKEN'
  | 'SHOP_FORBIDDEN'
  | 'SHOP_IDEMPOTENCY_KEY_REUSED'
  | 'SHOP_IMAGE_INVALID'
  | 'SHOP_IMAGE_NOT_FOUND'
  | 'SHOP_INVOICE_NOT_FOUND'
  | 'SHOP_ORDER_NOT_CANCELLABLE'
  | 'SHOP_ORDER_NOT_FOUND'
  | 'SHOP_ORDER_NOT_OPEN'
  | 'SHOP_ORDER_NOT_REFUNDABLE'
  | 'SHOP_ORDER_NOT_SHIPPABLE'
  | 'SHOP_ORDER_NOT_SHIPPED'
  | 'SHOP_OUT_OF_STOCK'
  | 'SHOP_PAYMENT_CLOSED'
  | 'SHOP_PAYMENT_NOT_FOUND'
  | 'SHOP_PRICE_CHANGED'
  | 'SHOP_PRODUCT_CHANGED'
  | 'SHOP_PRODUCT_NOT_FOUND'
  | 'SHOP_PRODUCT_RETIRED'
  | 'SHOP_RESERVATION_GONE'
  | 'SHOP_RESET_TOKEN_INVALID'
  | 'SHOP_SESSION_EXPIRED'
  | 'SHOP_SKU_TAKEN'
  | 'SHOP_TOKEN_INVALID'
  | 'SHOP_TOO_MANY_ATTEMPTS'
  | 'SHOP_TOO_MANY_OPEN_ORDERS'
  | 'SHOP_USER_NOT_FOUND'

export interface ShopErrorOptions extends ErrorOptions {
  /** Given where trying again later can help; makes the error retryable. */
  readonly retryAfterMs?: number
}

/** A rule of the shop said no. The message is for the customer: it names no table, host or secret. */
export class ShopError<C extends ShopErrorCode = ShopErrorCode> extends AshlarError {
  readonly code: C
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor(code: C, message: string, options: ShopErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.retryable = options.retryAfterMs !== undefined
    this.retryAfterMs = options.retryAfterMs
  }
}

/** Builds a refusal without a stack: refusing is normal flow. */
export function refusal<C extends ShopErrorCode>(
  code: C,
  message: string,
  options: ShopErrorOptions = {},
): ShopError<C> {
  return withoutStack(() => new ShopError(code, message, options))
}
