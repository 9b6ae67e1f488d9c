import type { VNode } from 'preact'
import type { Product } from '../api/types.ts'
import { formatMoney } from '../lib/money.ts'
import { Picture } from './picture.tsx'

/** Few products, lying: so few that a grid of them would be mostly empty. */
export function ProductStrip({ products }: { products: readonly Product[] }): VNode {
  return (
    <ul class="strip">
      {products.map((product) => (
        <li key={product.id} class="card">
          <a class="card-link" href={`/products/${product.id}`}>
            <span class="thumb">
              <Picture productId={product.id} product={product} />
            </span>
            <span class="strip-words">
              <span class="card-brand">{product.brand}</span>
              <span class="card-name">{product.name}</span>
              <span class="price">{formatMoney(product.price)}</span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}
