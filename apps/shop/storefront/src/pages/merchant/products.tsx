import type { VNode } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { merchant } from '../../api/merchant.ts'
import type { Product } from '../../api/types.ts'
import { formatMoney } from '../../lib/money.ts'
import { usePages } from '../../lib/use-pages.ts'
import { Icon } from '../../parts/icon.tsx'
import { MerchantFailed } from '../../parts/merchant-failed.tsx'
import { MerchantFrame } from '../../parts/merchant-frame.tsx'
import { MoreButton } from '../../parts/more-button.tsx'
import { Picture } from '../../parts/picture.tsx'
import { SaleMark } from '../../parts/sale-mark.tsx'
import { Empty, Loading } from '../../parts/states.tsx'

export function MerchantProductsPage(): VNode {
  const { query } = useLocation()
  const asked = query['query'] ?? ''
  return (
    <MerchantFrame
      title="Products"
      tools={
        <a class="button" href="/merchant/products/new">
          <Icon name="plus" /> New product
        </a>
      }
    >
      <Find asked={asked} />
      <Products key={asked} asked={asked} />
    </MerchantFrame>
  )
}

function Find({ asked }: { asked: string }): VNode {
  const { route } = useLocation()
  const [text, setText] = useState(asked)
  const id = useId()
  useEffect(() => setText(asked), [asked])
  const submit = (event: Event): void => {
    event.preventDefault()
    const query = text.trim()
    route(query === '' ? '/merchant/products' : `/merchant/products?query=${encodeURIComponent(query)}`)
  }
  return (
    <form class="finder-form merchant-find" onSubmit={submit}>
      <label class="sr-only" for={id}>
        Find a product
      </label>
      <div class="finder-row">
        <input
          id={id}
          type="search"
          placeholder="Name, brand or what it is"
          autocomplete="off"
          maxLength={200}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="button quiet-button">
          <Icon name="search" /> Find
        </button>
      </div>
    </form>
  )
}

const pageSize = 20

function Products({ asked }: { asked: string }): VNode {
  const list = useRef<HTMLUListElement>(null)
  const pages = usePages(`merchant products ${asked}`, pageSize, async (page, signal) => {
    const { products, nextPageToken } = await merchant.products(asked, page, signal)
    return { items: products, nextPageToken }
  })
  const { items, error, retry } = pages
  if (items === undefined) {
    return error === undefined ? <Loading lines={8} /> : <MerchantFailed error={error} retry={retry} />
  }
  if (items.length === 0) {
    return (
      <Empty title="Nothing matches that">
        <p>Check the spelling, or look at all products.</p>
        <p class="state-actions">
          <a class="button quiet-button" href="/merchant/products">
            All products
          </a>
        </p>
      </Empty>
    )
  }
  return (
    <>
      <ul ref={list} class="orders">
        {items.map((product) => (
          <li key={product.id}>
            <ProductRow product={product} />
          </li>
        ))}
      </ul>
      <MoreButton pages={pages} what="products" list={list} />
    </>
  )
}

function ProductRow({ product }: { product: Product }): VNode {
  return (
    <a class="product-row" href={`/merchant/products/${product.id}`}>
      <span class="thumb row-thumb" aria-hidden="true">
        <Picture productId={product.id} product={product} />
      </span>
      <span class="order-row-words">
        <strong class="cut">{product.name}</strong>
        <span class="quiet cut">
          {product.brand}, {product.sku}
        </span>
      </span>
      <SaleMark product={product} />
      <span class="product-row-stock">{product.available === 1 ? '1 piece' : `${product.available} pieces`}</span>
      <span class="price">{formatMoney(product.price)}</span>
    </a>
  )
}
