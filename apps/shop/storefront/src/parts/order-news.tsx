import type { ComponentChildren, VNode } from 'preact'
import type { Order } from '../api/types.ts'
import { formatDay } from '../lib/dates.ts'
import { formatMoney } from '../lib/money.ts'
import { wasOpen, wasPaid, wasShipped } from '../lib/order-steps.ts'
import { ResumeOrder } from './resume-order.tsx'

/** What the status means for the customer, and what can be done now. */
export function OrderNews({ order, onChange }: { order: Order; onChange: (order: Order) => void }): VNode {
  switch (order.status) {
    case 'ORDER_STATUS_CREATED':
      return (
        <News kind="plain" title="This order is open">
          <p>You can still add to it and take things out. Nothing is set aside for you until you pay.</p>
        </News>
      )
    case 'ORDER_STATUS_PAID':
      return <Paid order={order} />
    case 'ORDER_STATUS_SHIPPED':
      return <Shipped order={order} />
    case 'ORDER_STATUS_DELIVERED':
      return <Delivered order={order} />
    case 'ORDER_STATUS_REFUNDED':
      return <Refunded order={order} />
    case 'ORDER_STATUS_REFUSED':
      return <Refused order={order} />
    case 'ORDER_STATUS_CANCELLED':
      return <Cancelled order={order} />
    case 'ORDER_STATUS_INTERRUPTED':
      return <Interrupted order={order} onChange={onChange} />
    case 'ORDER_STATUS_UNSPECIFIED':
    case 'ORDER_STATUS_PENDING':
    case 'ORDER_STATUS_RESERVED':
    default:
      return (
        <News
          kind="busy"
          title={order.status === 'ORDER_STATUS_RESERVED' ? 'Asking your bank' : 'Setting your things aside'}
        >
          <p>This takes a few seconds. You can leave the page; the order goes on without it.</p>
        </News>
      )
  }
}

interface ForOrder {
  readonly order: Order
}

function Interrupted({ order, onChange }: { order: Order; onChange: (order: Order) => void }): VNode {
  if (wasShipped(order)) {
    return (
      <News kind="warn" title="Your refund is not through yet">
        <p>Something came in between. We see it too and will finish it; you need not do anything.</p>
      </News>
    )
  }
  if (order.cancelReason !== '') {
    return (
      <News kind="warn" title="We could not finish cancelling this order">
        <p>Please press Cancel order once more. You are not refunded twice.</p>
      </News>
    )
  }
  return (
    <News kind="warn" title="We could not finish this order">
      <p>You have not been charged twice. Enter your card once more and press Resume to finish it.</p>
      <ResumeOrder order={order} onChange={onChange} />
    </News>
  )
}

function Paid({ order }: ForOrder): VNode {
  return (
    <News kind="good" title="Thank you, your order is paid">
      <p>
        We charged {formatMoney(order.total)}
        {order.paymentLabel === '' ? '' : ` to ${order.paymentLabel}`} and are packing your things now.
      </p>
    </News>
  )
}

function Shipped({ order: { shipment } }: ForOrder): VNode {
  return (
    <News kind="good" title="Your order is on its way">
      {shipment === undefined ? null : (
        <>
          <p>
            {shipment.carrier} picked it up on {formatDay(shipment.shippedAt)}.
          </p>
          <p>
            Tracking number <strong class="tracking">{shipment.trackingNumber}</strong>
          </p>
        </>
      )}
    </News>
  )
}

function Delivered({ order: { shipment } }: ForOrder): VNode {
  return (
    <News kind="good" title="Your order has arrived">
      {shipment?.deliveredAt === undefined ? null : (
        <p>It was delivered on {formatDay(shipment.deliveredAt)}. We hope you like it.</p>
      )}
    </News>
  )
}

function Refunded({ order }: ForOrder): VNode {
  return (
    <News kind="plain" title="We have given your money back">
      <p>{formatMoney(order.total)} has been refunded. It may take your bank a few days to show it.</p>
      {order.refundReason === '' ? null : <p>Reason: {order.refundReason}</p>}
    </News>
  )
}

function Cancelled({ order }: ForOrder): VNode {
  return (
    <News kind="plain" title="This order is cancelled">
      <p>
        {wasPaid(order)
          ? 'What was charged has been refunded in full. It may take your bank a few days to show it.'
          : 'Nothing was charged.'}
      </p>
      {order.cancelReason === '' ? null : <p class="quiet">Your reason: {order.cancelReason}</p>}
    </News>
  )
}

/** What was refused, in words of one place only: ours where we know the reason, else the shop's. */
function Refused({ order }: ForOrder): VNode {
  const { code = '', message = '' } = order.refusal ?? {}
  // Neither is mended by another card.
  const soldOut = code === 'OUT_OF_STOCK' || code === 'PRODUCT_RETIRED'
  return (
    <News kind="bad" title={refusalTitles[code] ?? 'This order was refused'}>
      {soldOut || refusalTitles[code] === undefined ? (
        <p>{message === '' ? 'Nothing was charged.' : message}</p>
      ) : (
        <p>
          Nothing was charged. {wasOpen(order) ? 'Your cart holds the items again' : 'Your cart still holds the items'},
          so you can try another card.
        </p>
      )}
      <div class="state-actions">
        {soldOut ? null : (
          <a class="button" href="/checkout">
            Try another card
          </a>
        )}
        <a class={soldOut ? 'button' : 'button quiet-button'} href="/cart">
          Back to the cart
        </a>
      </div>
    </News>
  )
}

const refusalTitles: Partial<Record<string, string>> = {
  OUT_OF_STOCK: 'Something in this order is not to be had any more',
  PRODUCT_RETIRED: 'Something in this order is no longer sold',
  CARD_DECLINED: 'Your card was declined',
  INSUFFICIENT_FUNDS: 'There was not enough money on your card',
  CARD_EXPIRED: 'Your card has expired',
}

function News(props: {
  kind: 'good' | 'bad' | 'warn' | 'plain' | 'busy'
  title: string
  children: ComponentChildren
}): VNode {
  return (
    <section class={`news news-${props.kind}`} aria-labelledby="news">
      <h2 id="news">{props.title}</h2>
      {props.children}
    </section>
  )
}
