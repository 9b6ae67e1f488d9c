import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { merchant } from '../../api/merchant.ts'
import { usePages } from '../../lib/use-pages.ts'
import { FulfilmentRow } from '../../parts/fulfilment-row.tsx'
import { MerchantFailed } from '../../parts/merchant-failed.tsx'
import { MerchantFrame } from '../../parts/merchant-frame.tsx'
import { MoreButton } from '../../parts/more-button.tsx'
import { Empty, Loading } from '../../parts/states.tsx'

interface Shelf {
  readonly slug: string
  readonly name: string
  readonly statuses: readonly string[]
  readonly nothing: string
}

const toShip: Shelf = {
  slug: '',
  name: 'To ship',
  statuses: ['PAID'],
  nothing: 'Nothing waits to be shipped.',
}
const shelves: readonly Shelf[] = [
  toShip,
  { slug: 'shipped', name: 'Shipped', statuses: ['SHIPPED'], nothing: 'Nothing is on its way.' },
  { slug: 'delivered', name: 'Delivered', statuses: ['DELIVERED'], nothing: 'Nothing has been delivered yet.' },
  // Where a refund is found whose end the bank, or a crash, came between.
  { slug: 'interrupted', name: 'Interrupted', statuses: ['INTERRUPTED'], nothing: 'Nothing was interrupted.' },
  { slug: 'all', name: 'All', statuses: [], nothing: 'Nobody has ordered anything yet.' },
]

export function MerchantOrdersPage(): VNode {
  const { query } = useLocation()
  const shelf = shelves.find(({ slug }) => slug === (query['show'] ?? '')) ?? toShip
  return (
    <MerchantFrame title="Orders">
      <nav class="shelves" aria-label="Orders by status">
        {shelves.map(({ slug, name }) => (
          <a
            key={slug}
            href={slug === '' ? '/merchant/orders' : `/merchant/orders?show=${slug}`}
            aria-current={slug === shelf.slug ? 'page' : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      <Orders key={shelf.slug} shelf={shelf} />
    </MerchantFrame>
  )
}

const pageSize = 20

function Orders({ shelf }: { shelf: Shelf }): VNode {
  const list = useRef<HTMLUListElement>(null)
  const pages = usePages(`merchant orders ${shelf.slug}`, pageSize, async (page, signal) => {
    const { orders, nextPageToken } = await merchant.orders(shelf.statuses, page, signal)
    return { items: orders, nextPageToken }
  })
  const { items, error, retry } = pages
  if (items === undefined) {
    return error === undefined ? <Loading lines={8} /> : <MerchantFailed error={error} retry={retry} />
  }
  if (items.length === 0) {
    return (
      <Empty title={shelf.nothing}>
        <p class="quiet">What customers pay for comes up here, what has waited longest first.</p>
      </Empty>
    )
  }
  return (
    <>
      <p class="quiet list-note">What has waited longest stands first.</p>
      <ul ref={list} class="orders">
        {items.map((order) => (
          <li key={order.id}>
            <FulfilmentRow order={order} />
          </li>
        ))}
      </ul>
      <MoreButton pages={pages} what="orders" list={list} />
    </>
  )
}
