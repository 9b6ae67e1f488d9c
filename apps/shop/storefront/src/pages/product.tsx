import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { isProblem, sayProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Product } from '../api/types.ts'
import { shopUrl } from '../lib/criteria.ts'
import { mostOfOne } from '../lib/local-cart.ts'
import { formatMoney } from '../lib/money.ts'
import { useQuery } from '../lib/use-query.ts'
import { Breadcrumbs } from '../parts/breadcrumbs.tsx'
import { Heading } from '../parts/heading.tsx'
import { AddToOpenOrder } from '../parts/add-to-open-order.tsx'
import { Icon } from '../parts/icon.tsx'
import { Picture } from '../parts/picture.tsx'
import { GridSkeleton, ProductGrid } from '../parts/product-card.tsx'
import { ProductStrip } from '../parts/product-strip.tsx'
import { Quantity } from '../parts/quantity.tsx'
import { Rating } from '../parts/rating.tsx'
import { Alert, Failed, Skeleton } from '../parts/states.tsx'
import { addToCart, quantityOf } from '../state/cart.ts'
import { announce, justAdded } from '../state/notices.ts'
import { NotFoundPage } from './not-found.tsx'

const inRow = 4

export function ProductPage({ id }: { id: string }): VNode {
  const { data, error, retry } = useQuery(`product ${id}`, (signal) => shop.product(id, signal))
  if (isProblem(error) && (error.status === 404 || error.status === 400)) {
    return <NotFoundPage title="We do not have this product" text="It may have been taken out of the shop." />
  }
  if (data === undefined) {
    return (
      <div class="wrap page">{error === undefined ? <ProductSkeleton /> : <Failed error={error} retry={retry} />}</div>
    )
  }
  return (
    <div class="wrap page">
      <Breadcrumbs
        trail={[
          { name: 'Shop', href: '/shop' },
          { name: data.categoryName, href: shopUrl({ category: data.categorySlug }) },
        ]}
      />
      <div class="product">
        <div class="product-picture">
          <Picture productId={data.id} product={data} name={data.name} />
        </div>
        <div class="product-facts">
          <p class="product-brand">{data.brand}</p>
          <Heading title={data.name} />
          <Rating tenths={data.ratingTenths} count={data.ratingCount} />
          <p class="product-price">
            <span class="price">{formatMoney(data.price)}</span>
            <span class="quiet">VAT included, free delivery</span>
          </p>
          {data.retired ? <Retired product={data} /> : <Buy product={data} />}
          <p class="product-text">{data.description}</p>
          <Attributes product={data} />
        </div>
      </div>
      <Besides product={data} />
      <Related product={data} />
    </div>
  )
}

function Stock({ available }: { available: number }): VNode {
  if (available === 0) return <p class="stock stock-out">Sold out</p>
  if (available <= 5) return <p class="stock stock-low">Only {available} left</p>
  return (
    <p class="stock stock-in">
      <Icon name="check" size={18} /> In stock, with you in two to four working days
    </p>
  )
}

/** Old links and orders lead here: what it was stays to be seen. */
function Retired({ product }: { product: Product }): VNode {
  return (
    <div class="buy">
      <p class="stock stock-out">No longer sold</p>
      <p class="quiet">We have taken this out of the shop.</p>
      <p class="buy-row">
        <a class="button big" href={shopUrl({ category: product.categorySlug })}>
          See all {product.categoryName.toLowerCase()}
        </a>
      </p>
    </div>
  )
}

function Buy({ product }: { product: Product }): VNode {
  const [quantity, setQuantity] = useState(1)
  const [failure, setFailure] = useState<string>()
  const add = async (): Promise<void> => {
    setFailure(undefined)
    const before = quantityOf(product.id)
    try {
      const added = (await addToCart(product, quantity)) - before
      if (added <= 0) {
        setFailure(`You have all ${product.available} of these in your cart already.`)
        return
      }
      justAdded.value = { product, quantity: added }
      announce(`Added to your cart: ${added} × ${product.name}`)
    } catch (error) {
      setFailure(isProblem(error) ? sayProblem(error) : error instanceof Error ? error.message : sayProblem(error))
    }
  }
  return (
    <div class="buy">
      <Stock available={product.available} />
      <div class="buy-row">
        {product.available === 0 ? null : (
          <Quantity
            label="How many"
            value={quantity}
            max={Math.min(product.available, mostOfOne)}
            onChange={setQuantity}
          />
        )}
        <button type="button" class="button big" disabled={product.available === 0} onClick={() => void add()}>
          {product.available === 0 ? 'Sold out' : 'Add to cart'}
        </button>
      </div>
      {failure === undefined ? null : <Alert>{failure}</Alert>}
      {product.available === 0 ? null : <AddToOpenOrder product={product} quantity={quantity} />}
    </div>
  )
}

function Attributes({ product }: { product: Product }): VNode {
  return (
    <section aria-labelledby="details">
      <h2 id="details" class="product-subtitle">
        Details
      </h2>
      <table class="attributes">
        <tbody>
          {[...product.attributes, { name: 'Article', value: product.sku }].map(({ name, value }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** What goes with it. The page is as good without: it is left out when it cannot be had. */
function Besides({ product }: { product: Product }): VNode | null {
  const { data, error } = useQuery(`besides ${product.id}`, (signal) => shop.besides(product.id, inRow, signal))
  if (data === undefined) return error === undefined ? <BesidesSkeleton /> : null
  if (data.products.length === 0) return null
  const isTogether = data.source === 'RECOMMENDATION_SOURCE_CO_PURCHASE'
  return (
    <section class="section" aria-labelledby="besides">
      <div class="section-head">
        <h2 id="besides">{isTogether ? 'Bought together' : 'Best sellers'}</h2>
        {isTogether ? null : <a href="/shop">See all products</a>}
      </div>
      {data.products.length < inRow ? (
        <ProductStrip products={data.products} />
      ) : (
        <ProductGrid products={data.products} />
      )}
    </section>
  )
}

/** As high as what comes mostly. What it will be called is not known yet. */
function BesidesSkeleton(): VNode {
  return (
    <div class="section">
      <div class="section-head" aria-hidden="true">
        <h2>&nbsp;</h2>
      </div>
      <GridSkeleton count={inRow} />
    </div>
  )
}

function Related({ product }: { product: Product }): VNode | null {
  const { data } = useQuery(`related ${product.categorySlug}`, (signal) =>
    shop.search({ category: product.categorySlug, inStock: true }, { size: 9 }, signal),
  )
  const others = data?.products.filter(({ id }) => id !== product.id).slice(0, inRow) ?? []
  return others.length === 0 ? null : (
    <section class="section" aria-labelledby="related">
      <div class="section-head">
        <h2 id="related">More {product.categoryName.toLowerCase()}</h2>
        <a href={shopUrl({ category: product.categorySlug })}>See all</a>
      </div>
      <ProductGrid products={others} />
    </section>
  )
}

function ProductSkeleton(): VNode {
  return (
    <div class="product" aria-busy="true">
      <p class="sr-only">Loading</p>
      <div class="product-picture skeleton-picture" />
      <div class="product-facts">
        <Skeleton lines={7} />
      </div>
    </div>
  )
}
