import type { ComponentChildren, VNode } from 'preact'
import type { Order } from '../api/types.ts'
import { formatMoney } from '../lib/money.ts'
import { ResumeOrder } from './resume-order.tsx'

/** What the status means for the customer, and what can be done now. */
export function OrderNews({ order, onChange }: { order: Order; onChange: (order: Order) => void }): VNode {
  switch (order.status) {
    case 'ORDER_STATUS_PAID':
      return (
        <News kind="good" title="Thank you, your order is paid">
          <p>
            We charged {formatMoney(order.total)}
            {order.paymentLabel === '' ? '' : ` to ${order.paymentLabel}`} and are packing your things now.
          </p>
        </News>
      )
    case 'ORDER_STATUS_REFUSED':
      return <Refused order={order} />
    case 'ORDER_STATUS_CANCELLED':
      return (
        <News kind="plain" title="This order is cancelled">
          <p>What was charged has been refunded in full. It may take your bank a few days to show it.</p>
          {order.cancelReason === '' ? null : <p class="quiet">Your reason: {order.cancelReason}</p>}
        </News>
      )
    case 'ORDER_STATUS_INTERRUPTED':
      return (
        <News kind="warn" title="We could not finish this order">
          <p>You have not been charged twice. Enter your card once more and press Resume to finish it.</p>
          <ResumeOrder order={order} onChange={onChange} />
        </News>
      )
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

function Refused({ order }: { order: Order }): VNode {
  const soldOut = order.refusal?.code === 'OUT_OF_STOCK'
  return (
    <News kind="bad" title={refusalTitles[order.refusal?.code ?? ''] ?? 'Your card was declined'}>
      <p>
        {soldOut
          ? 'Somebody was quicker. Nothing was charged. Look at your cart for what is left.'
          : 'Nothing was charged and the items were put back. Your cart still holds them, so you can try another card.'}
      </p>
      {order.refusal === undefined || order.refusal.message === '' ? null : (
        <p class="quiet">{order.refusal.message}</p>
      )}
      <p class="state-actions">
        {soldOut ? null : (
          <a class="button" href="/checkout">
            Try another card
          </a>
        )}
        <a class={soldOut ? 'button' : 'button quiet-button'} href="/cart">
          Back to the cart
        </a>
      </p>
    </News>
  )
}

const refusalTitles: Partial<Record<string, string>> = {
  OUT_OF_STOCK: 'Something in this order has sold out',
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
