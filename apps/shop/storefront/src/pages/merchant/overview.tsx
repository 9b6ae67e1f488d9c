import type { VNode } from 'preact'
import { merchant } from '../../api/merchant.ts'
import { useQuery } from '../../lib/use-query.ts'
import { FulfilmentRow } from '../../parts/fulfilment-row.tsx'
import { MerchantFailed } from '../../parts/merchant-failed.tsx'
import { MerchantFrame } from '../../parts/merchant-frame.tsx'
import { Loading } from '../../parts/states.tsx'

export function MerchantOverviewPage(): VNode {
  return (
    <MerchantFrame title="Merchant">
      <div class="merchant-overview">
        <ToShip />
        <section class="panel" aria-labelledby="catalogue">
          <h2 id="catalogue">Catalogue</h2>
          <p>What is sold, what it costs, and how many there are of it.</p>
          <p class="stacked-actions">
            <a class="button" href="/merchant/products/new">
              New product
            </a>
            <a class="button quiet-button" href="/merchant/products">
              All products
            </a>
          </p>
        </section>
      </div>
    </MerchantFrame>
  )
}

const shown = 5

function ToShip(): VNode {
  const { data, error, retry } = useQuery('merchant to ship', (signal) =>
    merchant.orders(['PAID'], { size: shown }, signal),
  )
  return (
    <section class="panel" aria-labelledby="to-ship">
      <div class="section-head">
        <h2 id="to-ship">Waiting to be shipped</h2>
        <a href="/merchant/orders">All orders to ship</a>
      </div>
      {data === undefined ? (
        error === undefined ? (
          <Loading lines={5} />
        ) : (
          <MerchantFailed error={error} retry={retry} />
        )
      ) : data.orders.length === 0 ? (
        <p class="quiet">Nothing waits. Every paid order has been shipped.</p>
      ) : (
        <ul class="orders">
          {data.orders.map((order) => (
            <li key={order.id}>
              <FulfilmentRow order={order} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
