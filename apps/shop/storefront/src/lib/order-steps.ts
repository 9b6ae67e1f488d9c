import type { OrderStatus } from '../api/types.ts'

export interface Step {
  readonly name: string
  readonly state: 'done' | 'current' | 'ahead' | 'stopped'
}

const names: Readonly<Record<OrderStatus, string>> = {
  ORDER_STATUS_UNSPECIFIED: 'Placed',
  ORDER_STATUS_PENDING: 'Placed',
  ORDER_STATUS_RESERVED: 'Reserved',
  ORDER_STATUS_PAID: 'Paid',
  ORDER_STATUS_REFUSED: 'Refused',
  ORDER_STATUS_CANCELLED: 'Cancelled',
  ORDER_STATUS_INTERRUPTED: 'Interrupted',
}

export function statusName(status: OrderStatus): string {
  return names[status] ?? 'Placed'
}

/** The way of an order for a customer to follow: what is done, what is going on, and where it stopped. */
export function stepsOf(order: { status: OrderStatus; history: readonly { status: OrderStatus }[] }): readonly Step[] {
  const way: readonly OrderStatus[] = ['ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED', 'ORDER_STATUS_PAID']
  const at = way.indexOf(order.status)
  if (at >= 0) {
    return way.map((status, place) => ({
      name: statusName(status),
      state: place < at || order.status === 'ORDER_STATUS_PAID' ? 'done' : place === at ? 'current' : 'ahead',
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
