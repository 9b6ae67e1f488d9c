import type { VNode } from 'preact'
import type { Product } from '../api/types.ts'

/** Whether a product can be bought now: a word, a colour and a shape. */
export function SaleMark({ product }: { product: Product }): VNode {
  if (product.retired) return <span class="status sale-retired">Retired</span>
  return product.available === 0 ? (
    <span class="status sale-out">Sold out</span>
  ) : (
    <span class="status sale-on">On sale</span>
  )
}
