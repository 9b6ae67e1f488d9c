import type { OrderStatus } from '../api/types.ts'

export interface Step {
  readonly name: string
  /** `current` is what the shop is doing this moment; `next` is what somebody will do some day. */
  readonly state: 'done' | 'current' | 'next' | 'ahead' | 'stopped'
}

const names: Readonly<Record<OrderStatus, string>> = {
  ORDER_STATUS_UNSPECIFIED: 'Placed',
  ORDER_STATUS_PENDING: 'Placed',
  ORDER_STATUS_RESERVED: 'Reserved',
  ORDER_STATUS_PAID: 'Paid',
  ORDER_STATUS_REFUSED: 'Refused',
  ORDER_STATUS_CANCELLED: 'Cancelled',
  ORDER_STATUS_INTERRUPTED: 'Interrupted',
  ORDER_STATUS_CREATED: 'Open',
  ORDER_STATUS_SHIPPED: 'Shipped',
  ORDER_STATUS_DELIVERED: 'Delivered',
  ORDER_STATUS_REFUNDED: 'Refunded',
}

export function statusName(status: OrderStatus): string {
  return names[status] ?? 'Placed'
}

const way: readonly OrderStatus[] = [
  'ORDER_STATUS_PENDING',
  'ORDER_STATUS_PAID',
  'ORDER_STATUS_SHIPPED',
  'ORDER_STATUS_DELIVERED',
]

/** How many steps of the way are behind an order in each of these states. */
const behind: Partial<Record<OrderStatus, number>> = {
  ORDER_STATUS_UNSPECIFIED: 0,
  ORDER_STATUS_PENDING: 0,
  ORDER_STATUS_RESERVED: 1,
  ORDER_STATUS_CREATED: 1,
  ORDER_STATUS_PAID: 2,
  ORDER_STATUS_SHIPPED: 3,
  ORDER_STATUS_DELIVERED: 4,
}

const working: readonly OrderStatus[] = ['ORDER_STATUS_UNSPECIFIED', 'ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED']

/** The way of an order for a customer to follow: what is done, what is going on, and where it stopped. */
export function stepsOf(order: { status: OrderStatus; history: readonly { status: OrderStatus }[] }): readonly Step[] {
  const done = behind[order.status]
  if (done !== undefined) {
    const now = working.includes(order.status) ? 'current' : 'next'
    return way.map((status, place) => ({
      name: statusName(status),
      state: place < done ? 'done' : place === done ? now : 'ahead',
    }))
  }
  const reached = way.filter(
    (status) => status === 'ORDER_STATUS_PENDING' || order.history.some((change) => change.status === status),
  )
  return [
    ...reached.map((status): Step => ({ name: statusName(status), state: 'done' })),
    { name: statusName(order.status), state: 'stopped' },
  ]
}

/** Whether the order was ever charged: then it has an invoice. */
export function wasPaid(order: { history: readonly { status: OrderStatus }[] }): boolean {
  return order.history.some((change) => change.status === 'ORDER_STATUS_PAID')
}

/** Whether the order was made to be paid later: its goods have left the cart long ago. */
export function wasOpen(order: { history: readonly { status: OrderStatus }[] }): boolean {
  return order.history.some((change) => change.status === 'ORDER_STATUS_CREATED')
}

/** Whether the order has left the house, whatever came after. */
export function wasShipped(order: { history: readonly { status: OrderStatus }[] }): boolean {
  return order.history.some((change) => change.status === 'ORDER_STATUS_SHIPPED')
}
