import type { Address } from '../shared/address.ts'
import { add, times, type Money } from '../shared/money.ts'

export const orderStatuses = [
  'CREATED',
  'PENDING',
  'RESERVED',
  'PAID',
  'SHIPPED',
  'DELIVERED',
  'REFUSED',
  'CANCELLED',
  'REFUNDED',
  'INTERRUPTED',
] as const
export type OrderStatus = (typeof orderStatuses)[number]

/** Their checkout has begun and has not come to an end. */
export const unfinished = ['INTERRUPTED', 'PENDING', 'RESERVED'] as const satisfies readonly OrderStatus[]

export interface OrderLine {
  readonly productId: string
  /** Name, price and picture are the product's at the moment the checkout began. */
  readonly name: string
  readonly quantity: number
  readonly unitPrice: Money
  readonly categorySlug: string
  readonly colour: string
  /** Empty where there was no picture. */
  readonly imageHash: string
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
  /** `restock`: whether the pieces are back and can be sold again. */
  | { readonly kind: 'refund'; readonly reason: string; readonly restock: boolean }

export interface Shipment {
  readonly carrier: string
  readonly trackingNumber: string
  readonly shippedAtMs: number
  readonly deliveredAtMs: number | undefined
}

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
  /** The bank's token for the card that is to be charged; empty until the customer pays. */
  readonly cardToken: string
  readonly ending: Ending | undefined
  /** There once the order has left. */
  readonly shipment: Shipment | undefined
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

/** Whether the order was made before it was paid: its lines left the cart when it was made, and not when it was paid. */
export function wasMadeOpen(order: Order): boolean {
  return order.history[0]?.status === 'CREATED'
}

/** Whether nothing more happens to the order unless somebody asks for it. */
export function isSettled(order: Order): boolean {
  return !unfinished.some((status) => status === order.status)
}
