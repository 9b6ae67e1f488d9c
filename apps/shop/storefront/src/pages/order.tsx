import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { isProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Order, OrderStatus } from '../api/types.ts'
import { formatDay } from '../lib/dates.ts'
import { statusName, wasPaid, wasShipped } from '../lib/order-steps.ts'
import { useOrder } from '../lib/use-order.ts'
import { Breadcrumbs } from '../parts/breadcrumbs.tsx'
import { CancelOrder } from '../parts/cancel-order.tsx'
import { Heading } from '../parts/heading.tsx'
import { Icon } from '../parts/icon.tsx'
import { Lines, Totals } from '../parts/lines.tsx'
import { MembersOnly } from '../parts/members-only.tsx'
import { OpenOrder } from '../parts/open-order.tsx'
import { OrderFacts, OrderHistory } from '../parts/order-facts.tsx'
import { OrderNews } from '../parts/order-news.tsx'
import { OrderStepper } from '../parts/order-stepper.tsx'
import { PayOrder } from '../parts/pay-order.tsx'
import { Failed, Loading } from '../parts/states.tsx'
import { loadCart } from '../state/cart.ts'
import { orderSeen } from '../state/checkout.ts'
import { announce } from '../state/notices.ts'
import { NotFoundPage } from './not-found.tsx'

export function OrderPage({ id }: { id: string }): VNode {
  return <MembersOnly>{() => <FollowedOrder id={id} />}</MembersOnly>
}

function FollowedOrder({ id }: { id: string }): VNode {
  const { order, error, retry, change } = useOrder(id, shop.order, orderSeen)
  const [told, setTold] = useState<string>()
  const status = order?.status
  useEffect(() => {
    if (status === undefined || status === told) return
    if (told !== undefined) void loadCart()
    setTold(status)
    announce(`Order status: ${statusName(status)}`)
  }, [status, told])
  if (order === undefined) {
    if (isProblem(error) && (error.status === 404 || error.status === 400)) {
      return <NotFoundPage title="We do not know this order" text="It may belong to another account." />
    }
    return (
      <div class="wrap page">
        {error === undefined ? <Loading lines={8} /> : <Failed error={error} retry={retry} />}
      </div>
    )
  }
  const open = order.status === 'ORDER_STATUS_CREATED'
  return (
    <div class="wrap page order">
      <Breadcrumbs trail={[{ name: 'Your orders', href: '/account' }]} />
      <Heading title={`Order ${order.number}`} />
      <p class="quiet">
        {open ? 'Saved' : 'Placed'} on {formatDay(order.createdAt)}
      </p>
      {error === undefined ? null : (
        <p class="stale" role="status">
          <Icon name="alert" size={16} /> The latest status could not be loaded. Trying again.
        </p>
      )}
      <OrderStepper order={order} />
      <OrderNews order={order} onChange={change} />
      <div class="order-columns">
        <section class="panel" aria-labelledby="goods">
          <h2 id="goods">{open ? 'What is in it' : 'What you ordered'}</h2>
          {open ? (
            <OpenOrder order={order} onChange={change} />
          ) : (
            <>
              <Lines lines={order.lines} />
              <Totals total={order.total} />
            </>
          )}
        </section>
        <div class="order-side">
          {open ? <PayOrder order={order} onChange={change} /> : null}
          <OrderFacts order={order} />
          <OrderHistory order={order} />
          <Tools order={order} onChange={change} />
        </div>
      </div>
    </div>
  )
}

const cancellable: readonly OrderStatus[] = ['ORDER_STATUS_CREATED', 'ORDER_STATUS_PAID', 'ORDER_STATUS_INTERRUPTED']

function Tools({ order, onChange }: { order: Order; onChange: (order: Order) => void }): VNode | null {
  const invoiced = wasPaid(order)
  // What has left the house comes back as a refund.
  const cancels = cancellable.includes(order.status) && !wasShipped(order)
  if (!invoiced && !cancels) return null
  return (
    <p class="order-tools">
      {invoiced ? (
        <a class="button quiet-button" href={`/orders/${order.id}/invoice`}>
          Invoice
        </a>
      ) : null}
      {cancels ? <CancelOrder order={order} onChange={onChange} /> : null}
    </p>
  )
}
