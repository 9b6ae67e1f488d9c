import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { isProblem } from '../api/problem.ts'
import type { Order } from '../api/types.ts'
import { countryName } from '../lib/countries.ts'
import { formatDay, formatMinute } from '../lib/dates.ts'
import { statusName } from '../lib/order-steps.ts'
import { useOrder } from '../lib/use-order.ts'
import { Breadcrumbs } from '../parts/breadcrumbs.tsx'
import { CancelOrder } from '../parts/cancel-order.tsx'
import { Heading } from '../parts/heading.tsx'
import { Icon } from '../parts/icon.tsx'
import { Lines, Totals } from '../parts/lines.tsx'
import { MembersOnly } from '../parts/members-only.tsx'
import { OrderNews } from '../parts/order-news.tsx'
import { OrderStepper } from '../parts/order-stepper.tsx'
import { Failed, Loading } from '../parts/states.tsx'
import { loadCart } from '../state/cart.ts'
import { orderSeen } from '../state/checkout.ts'
import { announce } from '../state/notices.ts'
import { NotFoundPage } from './not-found.tsx'

export function OrderPage({ id }: { id: string }): VNode {
  return <MembersOnly>{() => <FollowedOrder id={id} />}</MembersOnly>
}

function FollowedOrder({ id }: { id: string }): VNode {
  const { order, error, retry, set } = useOrder(id, orderSeen)
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
  return (
    <div class="wrap page order">
      <Breadcrumbs trail={[{ name: 'Your orders', href: '/account' }]} />
      <Heading title={`Order ${order.number}`} />
      <p class="quiet">Placed on {formatDay(order.createdAt)}</p>
      {error === undefined ? null : (
        <p class="stale" role="status">
          <Icon name="alert" size={16} /> The latest status could not be loaded. Trying again.
        </p>
      )}
      <OrderStepper order={order} />
      <OrderNews order={order} onChange={set} />
      <div class="order-columns">
        <section class="panel" aria-labelledby="goods">
          <h2 id="goods">What you ordered</h2>
          <Lines lines={order.lines} />
          <Totals total={order.total} />
        </section>
        <div class="order-side">
          <Facts order={order} />
          <History order={order} />
          <Tools order={order} onChange={set} />
        </div>
      </div>
    </div>
  )
}

function Facts({ order }: { order: Order }): VNode {
  const { address } = order
  return (
    <section class="panel facts" aria-label="Delivery and payment">
      {address === undefined ? null : (
        <>
          <h2>Delivery address</h2>
          <address>
            {[
              address.name,
              address.line1,
              address.line2,
              `${address.postalCode} ${address.city}`,
              countryName(address.country),
            ]
              .filter((line) => line.trim() !== '')
              .map((line) => (
                <span key={line}>{line}</span>
              ))}
          </address>
        </>
      )}
      {order.paymentLabel === '' ? null : (
        <>
          <h2>Payment</h2>
          <p>{order.paymentLabel}</p>
        </>
      )}
    </section>
  )
}

function History({ order }: { order: Order }): VNode {
  return (
    <section class="panel" aria-labelledby="history">
      <h2 id="history">History</h2>
      <ol class="history">
        {order.history.toReversed().map((change) => (
          <li key={`${change.at} ${change.status}`}>
            <span>
              <strong>{statusName(change.status)}</strong>
              {change.note === '' ? null : <span class="quiet"> {change.note}</span>}
            </span>
            <time dateTime={change.at}>{formatMinute(change.at)}</time>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Tools({ order, onChange }: { order: Order; onChange: (order: Order) => void }): VNode | null {
  const invoiced = order.history.some((change) => change.status === 'ORDER_STATUS_PAID')
  const cancellable = order.status === 'ORDER_STATUS_PAID' || order.status === 'ORDER_STATUS_INTERRUPTED'
  if (!invoiced && !cancellable) return null
  return (
    <p class="order-tools">
      {invoiced ? (
        <a class="button quiet-button" href={`/orders/${order.id}/invoice`}>
          Invoice
        </a>
      ) : null}
      {cancellable ? <CancelOrder order={order} onChange={onChange} /> : null}
    </p>
  )
}
