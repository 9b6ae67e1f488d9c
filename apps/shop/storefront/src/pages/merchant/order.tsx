import type { VNode } from 'preact'
import { isProblem } from '../../api/problem.ts'
import { merchant } from '../../api/merchant.ts'
import type { Order } from '../../api/types.ts'
import { formatDay } from '../../lib/dates.ts'
import { useOrder } from '../../lib/use-order.ts'
import { forgetAll } from '../../lib/use-query.ts'
import { FulfilOrder } from '../../parts/fulfil-order.tsx'
import { Lines, Totals } from '../../parts/lines.tsx'
import { MerchantFailed } from '../../parts/merchant-failed.tsx'
import { MerchantFrame } from '../../parts/merchant-frame.tsx'
import { OrderFacts, OrderHistory } from '../../parts/order-facts.tsx'
import { OrderStepper } from '../../parts/order-stepper.tsx'
import { Loading } from '../../parts/states.tsx'
import { NotFoundPage } from '../not-found.tsx'

const trail = [{ name: 'Orders', href: '/merchant/orders' }]

const nothing = (): void => undefined

export function MerchantOrderPage({ id }: { id: string }): VNode {
  const { order, error, retry, change } = useOrder(id, merchant.order, nothing)
  if (isProblem(error) && (error.status === 404 || error.status === 400)) {
    return <NotFoundPage title="There is no such order" text="The link may be mistyped." />
  }
  return (
    <MerchantFrame title={order === undefined ? 'Order' : `Order ${order.number}`} trail={trail}>
      {order === undefined ? (
        error === undefined ? (
          <Loading lines={8} />
        ) : (
          <MerchantFailed error={error} retry={retry} />
        )
      ) : (
        <Shown
          order={order}
          onChange={(changed) => {
            forgetAll()
            change(changed)
          }}
        />
      )}
    </MerchantFrame>
  )
}

function Shown({ order, onChange }: { order: Order; onChange: (order: Order) => void }): VNode {
  return (
    <>
      <p class="quiet">
        Placed on {formatDay(order.createdAt)}
        {order.refundReason === '' ? '' : `. Why it is refunded: ${order.refundReason}`}
        {order.cancelReason === '' ? '' : `. Why it is cancelled: ${order.cancelReason}`}
      </p>
      <OrderStepper order={order} />
      <div class="order-columns">
        <section class="panel" aria-labelledby="goods">
          <h2 id="goods">{order.status === 'ORDER_STATUS_PAID' ? 'What to pack' : 'What was ordered'}</h2>
          <Lines lines={order.lines} />
          <Totals total={order.total} />
        </section>
        <div class="order-side">
          <FulfilOrder order={order} onChange={onChange} />
          <OrderFacts order={order} />
          <OrderHistory order={order} />
        </div>
      </div>
    </>
  )
}
