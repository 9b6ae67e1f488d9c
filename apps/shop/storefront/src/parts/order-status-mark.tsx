import type { VNode } from 'preact'
import type { OrderStatus } from '../api/types.ts'
import { statusName } from '../lib/order-steps.ts'

/** The status of an order in a list: a word, a colour and a shape. */
export function OrderStatusMark({ status }: { status: OrderStatus }): VNode {
  return <span class={`status ${status.toLowerCase().replaceAll('_', '-')}`}>{statusName(status)}</span>
}
