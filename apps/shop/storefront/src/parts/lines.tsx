import type { VNode } from 'preact'
import type { Money } from '../api/types.ts'
import { formatMoney } from '../lib/money.ts'
import { Picture } from './picture.tsx'

export interface Line {
  readonly productId: string
  readonly name: string
  readonly quantity: number
  readonly lineTotal: Money
  readonly categorySlug: string
  readonly colour: string
  readonly imageHash: string
}

/** The goods of a cart or an order, to look at. */
export function Lines({ lines }: { lines: readonly Line[] }): VNode {
  return (
    <ul class="lines">
      {lines.map((line) => (
        <li key={line.productId}>
          <span class="thumb">
            <Picture productId={line.productId} product={line} />
          </span>
          <span class="lines-name">
            <a href={`/products/${line.productId}`}>{line.name}</a>
            <span class="quiet">Quantity {line.quantity}</span>
          </span>
          <span class="price">{formatMoney(line.lineTotal)}</span>
        </li>
      ))}
    </ul>
  )
}

export function Totals({ total }: { total: Money }): VNode {
  return (
    <dl class="totals">
      <div>
        <dt>Goods</dt>
        <dd>{formatMoney(total)}</dd>
      </div>
      <div>
        <dt>Delivery</dt>
        <dd>Free</dd>
      </div>
      <div class="totals-sum">
        <dt>
          Total <span class="quiet">VAT included</span>
        </dt>
        <dd>{formatMoney(total)}</dd>
      </div>
    </dl>
  )
}
