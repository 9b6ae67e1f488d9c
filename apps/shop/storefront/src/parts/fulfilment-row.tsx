import type { VNode } from 'preact'
import type { Order } from '../api/types.ts'
import { formatMinute } from '../lib/dates.ts'
import { formatMoney } from '../lib/money.ts'
import { OrderStatusMark } from './order-status-mark.tsx'

/** An order as those see it who pack it: since when, for whom, how much. */
export function FulfilmentRow({ order }: { order: Order }): VNode {
  const pieces = order.lines.reduce((sum, line) => sum + line.quantity, 0)
  return (
    <a class="fulfilment-row" href={`/merchant/orders/${order.id}`}>
      <span class="order-row-words">
        <strong>{order.number}</strong>
        <span class="quiet">{formatMinute(order.createdAt)}</span>
      </span>
      <span class="order-row-words">
        <span class="cut">{order.address?.name ?? ''}</span>
        <span class="quiet">{pieces === 1 ? '1 piece' : `${pieces} pieces`}</span>
      </span>
      <OrderStatusMark status={order.status} />
      <span class="price">{formatMoney(order.total)}</span>
    </a>
  )
}
