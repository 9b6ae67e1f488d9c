import type { Address } from '../shared/address.ts'
import { add, times, type Money } from '../shared/money.ts'

export type OrderStatus = 'PENDING' | 'RESERVED' | 'PAID' | 'REFUSED' | 'CANCELLED' | 'INTERRUPTED'

export interface OrderLine {
  readonly productId: string
  /** Name and price are the product's at the moment the order was placed. */
  readonly name: string
  readonly quantity: number
  readonly unitPrice: Money
  readonly categorySlug: string
  readonly colour: string
}

/** Why an order was refused: a code for programs, a sentence for the customer. */
export interface Refusal {
  readonly code: string
  readonly message: string
}

/**
 * How the order is to end, decided but perhaps not carried out yet. Written down before money or stock go back, so
 * that whoever takes the order up after a crash carries on with the ending and never with the checkout.
 */
export type Ending =
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  | { readonly kind: 'cancel'; readonly reason: string }

export interface StatusChange {
  readonly status: OrderStatus
  readonly atMs: number
  /** In plain words, for the customer. */
  readonly note: string
}

export interface Order {
  readonly id: string
  /** For people: short, unique, says nothing about how many orders there are. */
  readonly number: string
  readonly userId: string
  readonly idempotencyKey: string
  readonly status: OrderStatus
  readonly lines: readonly OrderLine[]
  readonly address: Address
  /** The bank's token for the card that is to be charged. */
  readonly cardToken: string
  readonly ending: Ending | undefined
  /** "Visa ending 4242"; empty until the order is paid. */
  readonly paymentLabel: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** Oldest first, never empty. */
  readonly history: readonly StatusChange[]
  /** Begins at 1 and grows by one with each change that is stored. */
  readonly version: number
}

export function lineTotal(line: { unitPrice: Money; quantity: number }): Money {
  return times(line.unitPrice, line.quantity)
}

/** @throws {TypeError} when the lines are in different currencies. @throws {RangeError} when there are none. */
export function totalOf(lines: readonly { unitPrice: Money; quantity: number }[]): Money {
  const [first, ...rest] = lines
  if (first === undefined) throw new RangeError('totalOf: an order has at least one line')
  return rest.reduce((sum, line) => add(sum, lineTotal(line)), lineTotal(first))
}

/** Whether the customer may have been charged: payment is only ever asked for after stock was held. */
export function mayHaveBeenCharged(order: Order): boolean {
  return order.history.some(({ status }) => status === 'RESERVED')
}

/** Whether nothing more happens to the order on its own. */
export function isSettled(order: Order): boolean {
  return order.status === 'PAID' || order.status === 'REFUSED' || order.status === 'CANCELLED'
}
