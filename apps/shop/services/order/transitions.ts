import type { Address } from '../shared/address.ts'
import type { Ending, Order, OrderLine, OrderStatus, Refusal } from './order.ts'

/** From where to where an order may go. */
const allowed: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PENDING: ['PENDING', 'RESERVED', 'REFUSED', 'CANCELLED', 'INTERRUPTED'],
  RESERVED: ['PENDING', 'PAID', 'REFUSED', 'CANCELLED', 'INTERRUPTED'],
  INTERRUPTED: ['PENDING', 'REFUSED', 'CANCELLED', 'INTERRUPTED'],
  PAID: ['CANCELLED', 'INTERRUPTED'],
  REFUSED: [],
  CANCELLED: [],
}

export interface Placement {
  readonly id: string
  readonly number: string
  readonly userId: string
  readonly idempotencyKey: string
  readonly lines: readonly OrderLine[]
  readonly address: Address
  readonly cardToken: string
}

export function placed(placement: Placement, nowMs: number): Order {
  return {
    ...placement,
    status: 'PENDING',
    ending: undefined,
    paymentLabel: '',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    history: [{ status: 'PENDING', atMs: nowMs, note: 'Order placed.' }],
    version: 1,
  }
}

/** The checkout begins again, with another card if one is given. */
export function resumed(order: Order, cardToken: string, nowMs: number): Order {
  const next = moved(order, 'PENDING', 'Taken up again.', nowMs)
  return cardToken === '' ? next : { ...next, cardToken }
}

export function reserved(order: Order, nowMs: number): Order {
  return moved(order, 'RESERVED', 'The items are held for you; taking the payment.', nowMs)
}

export function paid(order: Order, paymentLabel: string, nowMs: number): Order {
  return { ...moved(order, 'PAID', `Paid with ${paymentLabel}.`, nowMs), paymentLabel }
}

/** Decides how the order ends. What is to be undone has not been undone yet. */
export function ending(order: Order, how: Ending, nowMs: number): Order {
  return { ...unchanged(order, nowMs), ending: how }
}

export function refused(order: Order, refusal: Refusal, nowMs: number): Order {
  return moved(order, 'REFUSED', refusal.message, nowMs)
}

export function cancelled(order: Order, nowMs: number): Order {
  return moved(order, 'CANCELLED', 'Cancelled; what was paid is given back.', nowMs)
}

/** The work on the order stopped before its end. A paid order that is not being cancelled stays what it is. */
export function interrupted(order: Order, note: string, nowMs: number): Order {
  if (order.status === 'PAID' && order.ending === undefined) return unchanged(order, nowMs)
  return moved(order, 'INTERRUPTED', note, nowMs)
}

function unchanged(order: Order, nowMs: number): Order {
  return { ...order, updatedAtMs: nowMs, version: order.version + 1 }
}

function moved(order: Order, status: OrderStatus, note: string, nowMs: number): Order {
  if (!allowed[order.status].includes(status)) throw new Error(`order: no way from ${order.status} to ${status}`)
  return {
    ...order,
    status,
    updatedAtMs: nowMs,
    history: [...order.history, { status, atMs: nowMs, note }],
    version: order.version + 1,
  }
}
