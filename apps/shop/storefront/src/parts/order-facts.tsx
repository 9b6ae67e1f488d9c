import type { VNode } from 'preact'
import type { Order } from '../api/types.ts'
import { addressLines } from '../lib/address.ts'
import { formatMinute } from '../lib/dates.ts'
import { statusName } from '../lib/order-steps.ts'

/** Where an order goes, how it was paid, and what carries it. */
export function OrderFacts({ order }: { order: Order }): VNode | null {
  const { address, shipment } = order
  if (address === undefined && shipment === undefined && order.paymentLabel === '') return null
  return (
    <section class="panel facts" aria-label="Delivery and payment">
      {address === undefined ? null : (
        <>
          <h2>Delivery address</h2>
          <address>
            {addressLines(address).map((line) => (
              <span key={line}>{line}</span>
            ))}
          </address>
        </>
      )}
      {shipment === undefined ? null : (
        <>
          <h2>Parcel</h2>
          <p>
            {shipment.carrier}
            <br />
            <span class="tracking">{shipment.trackingNumber}</span>
          </p>
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

export function OrderHistory({ order }: { order: Order }): VNode {
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
