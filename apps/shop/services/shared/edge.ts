import { edgeTable, statusRows, unreachableRow, type EdgeRow, type EdgeTable } from '@ashlar/kernel'
import { httpEdgeRows } from '@ashlar/http'
import { rpcEdgeRows } from '@ashlar/rpc'
import { sqlEdgeRows } from '@ashlar/sql'
import type { ShopErrorCode } from './shop-errors.ts'

const shopRows: Readonly<Record<ShopErrorCode, EdgeRow>> = {
  SHOP_BAD_CREDENTIALS: { status: 'unauthenticated', http: 401, title: 'Wrong e-mail address or password' },
  SHOP_BANK_UNAVAILABLE: { status: 'unavailable', http: 503, title: 'Bank not available' },
  SHOP_BUSY: { status: 'unavailable', http: 503, title: 'Too busy' },
  SHOP_CARD_INVALID: { status: 'invalid_argument', http: 400, title: 'Card not valid' },
  SHOP_CART_EMPTY: { status: 'failed_precondition', http: 409, title: 'Cart empty' },
  SHOP_CART_FULL: { status: 'failed_precondition', http: 409, title: 'Cart full' },
  SHOP_EMAIL_TAKEN: { status: 'already_exists', http: 409, title: 'E-mail address taken' },
  SHOP_FORBIDDEN: { status: 'permission_denied', http: 403, title: 'Not allowed' },
  SHOP_IDEMPOTENCY_KEY_REUSED: { status: 'failed_precondition', http: 422, title: 'Idempotency key reused' },
  SHOP_IMAGE_INVALID: { status: 'invalid_argument', http: 400, title: 'Picture not usable' },
  SHOP_IMAGE_NOT_FOUND: { status: 'not_found', http: 404, title: 'Picture not found' },
  SHOP_INVOICE_NOT_FOUND: { status: 'not_found', http: 404, title: 'Invoice not found' },
  SHOP_ORDER_NOT_CANCELLABLE: { status: 'failed_precondition', http: 409, title: 'Order cannot be cancelled' },
  SHOP_ORDER_NOT_FOUND: { status: 'not_found', http: 404, title: 'Order not found' },
  SHOP_ORDER_NOT_OPEN: { status: 'failed_precondition', http: 409, title: 'Order not open' },
  SHOP_ORDER_NOT_REFUNDABLE: { status: 'failed_precondition', http: 409, title: 'Order cannot be refunded' },
  SHOP_ORDER_NOT_SHIPPABLE: { status: 'failed_precondition', http: 409, title: 'Order cannot be shipped' },
  SHOP_ORDER_NOT_SHIPPED: { status: 'failed_precondition', http: 409, title: 'Order not shipped' },
  SHOP_OUT_OF_STOCK: { status: 'failed_precondition', http: 409, title: 'Out of stock' },
  SHOP_PAYMENT_CLOSED: { status: 'failed_precondition', http: 409, title: 'Payment closed' },
  SHOP_PAYMENT_NOT_FOUND: { status: 'not_found', http: 404, title: 'Payment not found' },
  SHOP_PRICE_CHANGED: { status: 'failed_precondition', http: 409, title: 'Price changed' },
  SHOP_PRODUCT_CHANGED: { status: 'aborted', http: 409, title: 'Product changed' },
  SHOP_PRODUCT_NOT_FOUND: { status: 'not_found', http: 404, title: 'Product not found' },
  SHOP_PRODUCT_RETIRED: { status: 'failed_precondition', http: 409, title: 'Product no longer sold' },
  SHOP_RESERVATION_GONE: { status: 'failed_precondition', http: 409, title: 'Reservation gone' },
  SHOP_RESET_TOKEN_INVALID: { status: 'invalid_argument', http: 400, title: 'Link not valid' },
  SHOP_SESSION_EXPIRED: { status: 'unauthenticated', http: 401, title: 'Session ended' },
  SHOP_SKU_TAKEN: { status: 'already_exists', http: 409, title: 'SKU taken' },
  SHOP_TOKEN_INVALID: { status: 'unauthenticated', http: 401, title: 'Access token not valid' },
  SHOP_TOO_MANY_ATTEMPTS: { status: 'resource_exhausted', http: 429, title: 'Too many attempts' },
  SHOP_TOO_MANY_OPEN_ORDERS: { status: 'failed_precondition', http: 409, title: 'Too many open orders' },
  SHOP_USER_NOT_FOUND: { status: 'not_found', http: 404, title: 'Customer not found' },
}

/** What policies refuse, and give up on. Their own sentences name what is inside. */
const policyRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_ATTEMPT_TIMEOUT: { ...statusRows.deadline_exceeded, detail: 'A part of the system did not answer in time.' },
  ASHLAR_BREAKER_OPEN: unreachableRow,
  ASHLAR_BULKHEAD_FULL: unreachableRow,
}

/** What callers of any of the shop's services are told about errors. What is not in here is told to nobody. */
export const shopEdge: EdgeTable = edgeTable(shopRows, policyRows, sqlEdgeRows, httpEdgeRows, rpcEdgeRows)
