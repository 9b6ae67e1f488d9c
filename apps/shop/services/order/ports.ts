import type { Money } from '../shared/money.ts'
import type { Order } from './order.ts'

/** A product as carts and orders need it. */
export interface ProductInfo {
  readonly id: string
  readonly name: string
  readonly price: Money
  readonly available: number
  readonly categorySlug: string
  readonly colour: string
  /** Empty where there is no picture. */
  readonly imageHash: string
  /** No longer sold. */
  readonly retired: boolean
}

export interface Products {
  /** In the order of `ids`, retired ones too; those that there are none of are left out. At most 100. */
  find(ids: readonly string[]): Promise<readonly ProductInfo[]>
}

export type ReservationState = 'HELD' | 'COMMITTED' | 'RELEASED' | 'EXPIRED' | 'RETURNED'

/** Stock, reserved under the order's id. Every method may be repeated. */
export interface Stock {
  /** @throws SHOP_OUT_OF_STOCK and SHOP_PRODUCT_RETIRED, naming the products; SHOP_PRODUCT_NOT_FOUND. */
  reserve(order: Order): Promise<ReservationState>
  /** Gives held stock back; leaves sold stock as it is. */
  release(orderId: string): Promise<ReservationState>
  /** @throws SHOP_RESERVATION_GONE when the stock is not held any more. */
  commit(orderId: string): Promise<ReservationState>
  /** Puts sold stock back on the shelf. */
  giveBack(orderId: string): Promise<ReservationState>
}

export type ChargeAnswer =
  | { readonly kind: 'charged'; readonly label: string }
  | { readonly kind: 'declined'; readonly code: string }

/** Payment under the order's id. Every method may be repeated; an order is charged at most once. */
export interface PaymentTaker {
  /**
   * @param how `isFirst` promises that it is asked for the first time: it is refused faster then while the bank is away.
   * @throws when it is not known whether the order was charged.
   */
  charge(order: Order, how?: { readonly isFirst: boolean }): Promise<ChargeAnswer>
  /** Gives back what was charged, if anything, and bars the order from being charged later. */
  refund(orderId: string, reason: string): Promise<void>
}
