import type { VNode } from 'preact'
import type { Product } from '../api/types.ts'
import { formatMoney } from '../lib/money.ts'
import { Picture } from './picture.tsx'
import { Rating } from './rating.tsx'

function ProductCard({ product }: { product: Product }): VNode {
  return (
    <article class="card">
      <a class="card-link" href={`/products/${product.id}`}>
        <span class="card-picture">
          <Picture productId={product.id} product={product} />
          {product.available === 0 ? <span class="card-flag">Sold out</span> : null}
        </span>
        <span class="card-brand">{product.brand}</span>
        <span class="card-name">{product.name}</span>
      </a>
      <Rating tenths={product.ratingTenths} count={product.ratingCount} />
      <p class="card-price">
        <span class="price">{formatMoney(product.price)}</span>
        {product.available > 0 && product.available <= 5 ? (
          <span class="scarce">Only {product.available} left</span>
        ) : null}
      </p>
    </article>
  )
}

export function ProductGrid({ products }: { products: readonly Product[] }): VNode {
  return (
    <ul class="grid">
      {products.map((product) => (
        <li key={product.id}>
          <ProductCard product={product} />
        </li>
      ))}
    </ul>
  )
}

/** Holds the room that products will take, so that nothing jumps when they come. */
export function GridSkeleton({ count }: { count: number }): VNode {
  return (
    <div aria-busy="true">
      <p class="sr-only">Loading products</p>
      <div class="grid" aria-hidden="true">
        {Array.from({ length: count }, (_, place) => (
          <div key={place} class="card skeleton-card">
            <span class="card-picture" />
            <span />
            <span />
            <span />
          </div>
        ))}
      </div>
    </div>
  )
}
