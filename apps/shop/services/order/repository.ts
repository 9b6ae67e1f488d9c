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
  /**
   * Put into the customer's cart, in the same transaction, as far as it has room for `maxLines`. What is in it already
   * stays as it is.
   */
  readonly putBack?: { readonly lines: readonly CartLine[]; readonly maxLines: number }
}

/** Where a list is cut: at most `limit` orders, from after a place in the list. */
export interface ListPage {
  readonly limit: number
  readonly after: Cursor | undefined
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
  /**
   * Stores a new order that nobody works on and takes its lines out of the customer's cart, in one transaction:
   * `cart-changed` when the cart does not hold them any more, `too-many` when the customer has `maxOpen` orders open.
   */
  create(order: Order, maxOpen: number): Promise<'created' | 'key-taken' | 'number-taken' | 'cart-changed' | 'too-many'>
  find(orderId: string): Promise<StoredOrder | undefined>
  findByKey(userId: string, idempotencyKey: string): Promise<StoredOrder | undefined>
  /** The customer's orders, newest first. */
  list(userId: string, page: ListPage): Promise<readonly Order[]>
  /** All customers' orders that have one of `statuses`, oldest first. The work is bounded by the limit, not the orders. */
  listByStatus(statuses: readonly OrderStatus[], page: ListPage): Promise<readonly Order[]>

  /**
   * Changes an order that nobody works on, in one step: `decide` is given the order as it is and says what becomes of
   * it. Where it returns the same object nothing is stored, and where it throws neither. `undefined` when there is no
   * such order or it is leased, even if that lease has expired: what its holder was about must be looked into first.
   */
  change(orderId: string, decide: (order: Order) => Order): Promise<Order | undefined>
  /** Like {@link change}, with a lease on what became of it. `undefined` also when `decide` left it as it is. */
  begin(orderId: string, decide: (order: Order) => Order, lease: Omit<Lease, 'epoch'>): Promise<Claim | undefined>

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
