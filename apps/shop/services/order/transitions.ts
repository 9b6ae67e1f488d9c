import type { Address } from '../shared/address.ts'
import type { Ending, Order, OrderLine, OrderStatus, Refusal, Shipment } from './order.ts'

/** From where to where an order may go. */
const allowed: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  CREATED: ['PENDING', 'CANCELLED'],
  PENDING: ['PENDING', 'RESERVED', 'REFUSED', 'CANCELLED', 'INTERRUPTED'],
  RESERVED: ['PENDING', 'PAID', 'REFUSED', 'CANCELLED', 'INTERRUPTED'],
  INTERRUPTED: ['PENDING', 'REFUSED', 'CANCELLED', 'REFUNDED', 'INTERRUPTED'],
  PAID: ['SHIPPED', 'CANCELLED', 'INTERRUPTED'],
  SHIPPED: ['DELIVERED', 'REFUNDED', 'INTERRUPTED'],
  DELIVERED: ['REFUNDED', 'INTERRUPTED'],
  REFUSED: [],
  CANCELLED: [],
  REFUNDED: [],
}

/** Where an order goes whose ending is decided; on the way there it may be interrupted, and nothing else. */
const ends: Readonly<Record<Ending['kind'], OrderStatus>> = {
  refuse: 'REFUSED',
  cancel: 'CANCELLED',
  refund: 'REFUNDED',
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

/** An order that is checked out at once. */
export function placed(placement: Placement, nowMs: number): Order {
  return fresh(placement, 'PENDING', 'Order placed.', nowMs)
}

/** An order that can be changed until it is paid. */
export function created(placement: Omit<Placement, 'cardToken'>, nowMs: number): Order {
  const note = 'Order made. You can change it until you pay.'
  return fresh({ ...placement, cardToken: '' }, 'CREATED', note, nowMs)
}

/** The lines of an order that is not paid yet become these. No history: nobody waits for it, and it has no end. */
export function relined(order: Order, lines: readonly OrderLine[], nowMs: number): Order {
  requireOpen(order)
  return { ...unchanged(order, nowMs), lines }
}

/** The checkout of a created order begins. From here on its lines are fixed: stock and money go by them. */
export function checkoutBegun(order: Order, last: Pick<Order, 'lines' | 'cardToken'>, nowMs: number): Order {
  requireOpen(order)
  return { ...moved(order, 'PENDING', 'Order placed.', nowMs), lines: last.lines, cardToken: last.cardToken }
}

/** The checkout begins again, with another card if one is given. */
export function resumed(order: Order, cardToken: string, nowMs: number): Order {
  if (order.status === 'CREATED') throw new Error('order: nothing was begun that could be taken up again')
  const next = moved(order, 'PENDING', 'Taken up again.', nowMs)
  return cardToken === '' ? next : { ...next, cardToken }
}

export function reserved(order: Order, nowMs: number): Order {
  return moved(order, 'RESERVED', 'The items are held for you; taking the payment.', nowMs)
}

export function paid(order: Order, paymentLabel: string, nowMs: number): Order {
  return { ...moved(order, 'PAID', `Paid with ${paymentLabel}.`, nowMs), paymentLabel }
}

export function shipped(order: Order, parcel: Pick<Shipment, 'carrier' | 'trackingNumber'>, nowMs: number): Order {
  const { carrier, trackingNumber } = parcel
  const note = `Shipped with ${carrier}, tracking number ${trackingNumber}.`
  const shipment = { carrier, trackingNumber, shippedAtMs: nowMs, deliveredAtMs: undefined }
  return { ...moved(order, 'SHIPPED', note, nowMs), shipment }
}

export function delivered(order: Order, nowMs: number): Order {
  const { shipment } = order
  if (shipment === undefined) throw new Error('order: delivered without having been shipped')
  return { ...moved(order, 'DELIVERED', 'Delivered.', nowMs), shipment: { ...shipment, deliveredAtMs: nowMs } }
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

/** Cancels an order that nothing was ever held or charged for. */
export function withdrawn(order: Order, reason: string, nowMs: number): Order {
  requireOpen(order)
  return { ...moved(order, 'CANCELLED', 'Cancelled before it was paid.', nowMs), ending: { kind: 'cancel', reason } }
}

export function refunded(order: Order, reason: string, nowMs: number): Order {
  return moved(order, 'REFUNDED', `What you paid is given back: ${reason}`, nowMs)
}

/** The work on the order stopped before its end. A paid order that is not being brought to an end stays what it is. */
export function interrupted(order: Order, note: string, nowMs: number): Order {
  const isPaid = order.status === 'PAID' || order.status === 'SHIPPED' || order.status === 'DELIVERED'
  if (isPaid && order.ending === undefined) return unchanged(order, nowMs)
  return moved(order, 'INTERRUPTED', note, nowMs)
}

function requireOpen({ status }: Order): void {
  if (status !== 'CREATED') throw new Error(`order: one that is ${status} is not open any more`)
}

function fresh(placement: Placement, status: OrderStatus, note: string, nowMs: number): Order {
  return {
    ...placement,
    status,
    ending: undefined,
    shipment: undefined,
    paymentLabel: '',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    history: [{ status, atMs: nowMs, note }],
    version: 1,
  }
}

function unchanged(order: Order, nowMs: number): Order {
  return { ...order, updatedAtMs: nowMs, version: order.version + 1 }
}

function moved(order: Order, status: OrderStatus, note: string, nowMs: number): Order {
  const end = order.ending && ends[order.ending.kind]
  const isAllowed = allowed[order.status].includes(status)
  if (!isAllowed) throw new Error(`order: no way from ${order.status} to ${status}`)
  if (end !== undefined && status !== end && status !== 'INTERRUPTED') {
    throw new Error(`order: ${status} is not where one goes that is to be ${end}`)
  }
  return {
    ...order,
    status,
    updatedAtMs: nowMs,
    history: [...order.history, { status, atMs: nowMs, note }],
    version: order.version + 1,
  }
}
