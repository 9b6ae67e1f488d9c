import type { Cursor } from '../shared/page-token.ts'
import type { Order, OrderStatus } from './order.ts'

export interface CartLine {
  readonly productId: string
  readonly quantity: number
}

/**
 * The right to work on an order, for a while. The epoch grows with each grant and fences off holders of earlier ones:
 * what they save is refused.
 */
export interface Lease {
  readonly runner: string
  readonly epoch: number
  /** On the wall clock, which all runners share. */
  readonly untilMs: number
}

/** An order in the hands of a runner. */
export interface Claim {
  readonly order: Order
  readonly lease: Lease
}

/** An order together with whether somebody works on it. */
export interface StoredOrder {
  readonly order: Order
  /** Until when it is leased; `undefined` when nobody works on it. In the past when its runner died. */
  readonly busyUntilMs: number | undefined
}

export interface SaveOptions {
  /** Whether the work on the order is done, and the lease goes back. */
  readonly done: boolean
  /** Taken out of the customer's cart, in the same transaction. */
  readonly bought?: readonly CartLine[]
}

export interface OrderRepository {
  /** The cart's lines, in the order in which they were put in. */
  cart(userId: string): Promise<readonly CartLine[]>
  /**
   * Sets how many of a product are in the cart; 0 takes it out.
   * @returns false, with nothing changed, when the cart would have more than `maxLines`.
   */
  setCartLine(userId: string, line: CartLine, maxLines: number): Promise<boolean>

  /** Stores a new order, leased to its maker, unless the customer's key or the order's number is taken. */
  insert(order: Order, lease: Omit<Lease, 'epoch'>): Promise<Claim | 'key-taken' | 'number-taken'>
  find(orderId: string): Promise<StoredOrder | undefined>
  findByKey(userId: string, idempotencyKey: string): Promise<StoredOrder | undefined>
  /** The customer's orders after `after`, newest first. */
  list(userId: string, page: { limit: number; after: Cursor | undefined }): Promise<readonly Order[]>

  /**
   * Takes the lease on an order that nobody works on, or whose lease has expired at `nowMs`. `undefined` when somebody
   * does, or when the order's status is none of `statuses`. Of several who claim at once, one gets it.
   */
  claim(
    orderId: string,
    statuses: readonly OrderStatus[],
    lease: Omit<Lease, 'epoch'>,
    nowMs: number,
  ): Promise<Claim | undefined>
  /** Extends a lease. False when it was given back or taken over. */
  renew(orderId: string, lease: Lease, untilMs: number): Promise<boolean>
  /**
   * Stores the next version of a claimed order.
   * @throws {LeaseLostError} with nothing stored when the lease was taken over or the version before is not the stored one.
   */
  save(order: Order, lease: Lease, options: SaveOptions): Promise<void>
  /** Ids of orders whose lease has expired: their runner died. */
  abandoned(page: { nowMs: number; limit: number }): Promise<readonly string[]>
}
