import type { VNode } from 'preact'
import { useId, useState } from 'preact/hooks'
import { shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { wasPaid } from '../lib/order-steps.ts'
import { forgetAll } from '../lib/use-query.ts'
import { Confirm } from './confirm.tsx'
import { focusHeading } from './heading.tsx'

const reasons = ['I changed my mind', 'I ordered the wrong thing', 'I found it elsewhere', 'Something else']

export function CancelOrder({ order, onChange }: { order: Order; onChange: (order: Order) => void }): VNode {
  const [reason, setReason] = useState(reasons[0] ?? '')
  const id = useId()
  const paid = wasPaid(order)
  const cancel = async (): Promise<boolean> => {
    const cancelled = await shop.cancelOrder(order.id, reason)
    forgetAll()
    onChange(cancelled)
    focusHeading()
    return true
  }
  return (
    <Confirm
      ask="Cancel order"
      title={`Cancel order ${order.number}?`}
      action={paid ? 'Cancel and refund' : 'Cancel this order'}
      keep="Keep the order"
      danger
      onConfirm={cancel}
    >
      <p>
        {paid
          ? 'You get all of your money back, and the things go back on the shelf.'
          : 'Nothing was charged, and nothing will be.'}
      </p>
      <div class="field">
        <label for={id}>Reason</label>
        <select id={id} value={reason} onChange={(event) => setReason(event.currentTarget.value)}>
          {reasons.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </div>
    </Confirm>
  )
}
