import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { shop } from '../api/shop.ts'
import type { Order, OrderLine, Product } from '../api/types.ts'
import { mostOfOne } from '../lib/local-cart.ts'
import { formatMoney } from '../lib/money.ts'
import { sayOpenOrderProblem } from '../lib/say-checkout.ts'
import { useAction } from '../lib/use-action.ts'
import { forgetAll } from '../lib/use-query.ts'
import { announce } from '../state/notices.ts'
import { focusHeading } from './heading.tsx'
import { Totals } from './lines.tsx'
import { Picture } from './picture.tsx'
import { ProductFinder } from './product-finder.tsx'
import { Quantity } from './quantity.tsx'
import { Alert } from './states.tsx'

interface OpenOrderProps {
  readonly order: Order
  readonly onChange: (order: Order) => void
}

/** The items of an order that is not paid yet: their quantities can be changed, and others added. */
export function OpenOrder({ order, onChange }: OpenOrderProps): VNode {
  const [adding, setAdding] = useState(false)
  const { set, busy, failure } = useQuantities(order, onChange)
  const add = ({ id, name }: Product): void => {
    const before = order.lines.find(({ productId }) => productId === id)?.quantity ?? 0
    set(id, name, Math.min(before + 1, mostOfOne))
  }
  const last = order.lines.length === 1
  return (
    <>
      {failure === undefined ? null : <Alert>{sayOpenOrderProblem(failure)}</Alert>}
      <ul class="cart-lines open-lines">
        {order.lines.map((line) => (
          <li key={line.productId}>
            <OpenLine
              line={line}
              last={last}
              busy={busy}
              onQuantity={(quantity) => set(line.productId, line.name, quantity)}
            />
          </li>
        ))}
      </ul>
      {last ? <p class="hint">The last item stays. To have none of it, cancel the order.</p> : null}
      {adding ? (
        <ProductFinder label="Add to this order" action="Add" busy={busy} onPick={add} />
      ) : (
        <p class="open-add">
          <button type="button" class="button quiet-button" onClick={() => setAdding(true)}>
            Add items
          </button>
        </p>
      )}
      <Totals total={order.total} />
    </>
  )
}

/** Changes go to the shop one after another; of several of one product, only the last one that waits. */
function useQuantities({ id }: Order, onChange: (order: Order) => void) {
  const waiting = useRef(new Map<string, { readonly name: string; readonly quantity: number }>())
  const { run, busy, failure } = useAction(async () => {
    try {
      for (const [productId, { name, quantity }] of waiting.current) {
        waiting.current.delete(productId)
        onChange(await shop.setOrderItem(id, productId, quantity))
        forgetAll()
        announce(quantity === 0 ? `${name} taken out` : `${name}: ${quantity}`)
      }
      focusHeading()
    } finally {
      waiting.current.clear()
    }
  })
  const set = (productId: string, name: string, quantity: number): void => {
    waiting.current.set(productId, { name, quantity })
    void run()
  }
  return { set, busy, failure }
}

interface OpenLineProps {
  readonly line: OrderLine
  readonly last: boolean
  readonly busy: boolean
  readonly onQuantity: (quantity: number) => void
}

function OpenLine({ line, last, busy, onQuantity }: OpenLineProps): VNode {
  // Shown at once, as in the cart; the order's own answer follows when no other change is under way.
  const [wanted, setWanted] = useState(line.quantity)
  useEffect(() => {
    if (!busy) setWanted(line.quantity)
  }, [line, busy])
  const set = (quantity: number): void => {
    setWanted(quantity)
    onQuantity(quantity)
  }
  return (
    <article class="cart-line open-line">
      <span class="thumb" aria-hidden="true">
        <Picture productId={line.productId} product={line} />
      </span>
      <div class="cart-line-words">
        <h3>
          <a href={`/products/${line.productId}`}>{line.name}</a>
        </h3>
        <p class="quiet">{formatMoney(line.unitPrice)} each</p>
      </div>
      <div class="cart-line-tools">
        <Quantity label={line.name} value={wanted} max={mostOfOne} onChange={set} />
        {last ? null : (
          <button type="button" class="link" onClick={() => onQuantity(0)}>
            Remove<span class="sr-only"> {line.name}</span>
          </button>
        )}
      </div>
      <p class="price cart-line-total">{formatMoney(line.lineTotal)}</p>
    </article>
  )
}
