import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { sayProblem } from '../api/problem.ts'
import type { CartItem } from '../api/types.ts'
import { mostOfOne } from '../lib/local-cart.ts'
import { formatMoney, sumMoney } from '../lib/money.ts'
import { Heading } from '../parts/heading.tsx'
import { Icon } from '../parts/icon.tsx'
import { Totals } from '../parts/lines.tsx'
import { Picture } from '../parts/picture.tsx'
import { Quantity } from '../parts/quantity.tsx'
import { Alert, Empty, Loading } from '../parts/states.tsx'
import { cart, loadCart, setQuantity } from '../state/cart.ts'
import { announce } from '../state/notices.ts'
import { session } from '../state/session.ts'

export function CartPage(): VNode {
  const state = cart.value
  return (
    <div class="wrap page">
      <Heading title="Your cart" />
      {state.kind === 'loading' ? <Loading lines={6} /> : null}
      {state.kind === 'failed' ? (
        <Empty title="Your cart did not load">
          <p>{state.why}</p>
          <button type="button" class="button quiet-button" onClick={() => void loadCart()}>
            Try again
          </button>
        </Empty>
      ) : null}
      {state.kind === 'ready' && state.items.length === 0 ? (
        <Empty title="Nothing in it yet">
          <p>What you put into the cart waits for you here.</p>
          <p class="state-actions">
            <a class="button" href="/shop">
              Browse the shop
            </a>
          </p>
        </Empty>
      ) : null}
      {state.kind === 'ready' && state.items.length > 0 ? <Filled items={state.items} /> : null}
    </div>
  )
}

function Filled({ items }: { items: readonly CartItem[] }): VNode {
  const [failure, setFailure] = useState<unknown>()
  const total = sumMoney(items)
  const retired = items.filter((item) => item.retired)
  const short = items.filter((item) => !item.retired && item.quantity > item.available)
  const change = async (item: CartItem, quantity: number): Promise<void> => {
    setFailure(undefined)
    announce(quantity === 0 ? `${item.name} taken out` : `${item.name}: ${quantity}`)
    try {
      await setQuantity({ ...item, quantity })
    } catch (error) {
      setFailure(error)
    }
  }
  return (
    <div class="cart">
      <div>
        {failure === undefined ? null : <Alert>{sayProblem(failure)}</Alert>}
        <ul class="cart-lines">
          {items.map((item) => (
            <li key={item.productId}>
              <CartLine item={item} onChange={(quantity) => void change(item, quantity)} />
            </li>
          ))}
        </ul>
      </div>
      <section class="panel" aria-labelledby="summary">
        <h2 id="summary">Summary</h2>
        {total === undefined ? null : <Totals total={total} />}
        {retired.length === 0 && short.length === 0 ? (
          <a class="button big wide" href="/checkout">
            Checkout
          </a>
        ) : (
          <Alert>
            {retired.length === 0 ? null : (
              <p>No longer sold: {retired.map((item) => item.name).join(', ')}. Take it out to go on.</p>
            )}
            {short.length === 0 ? null : (
              <p>
                There is less in stock than you want of {short.map((item) => item.name).join(', ')}. Lower the quantity
                to go on.
              </p>
            )}
          </Alert>
        )}
        {session.value.kind === 'anonymous' ? (
          <p class="hint">You will be asked to sign in. Your cart comes with you.</p>
        ) : null}
        <p class="hint secure">
          <Icon name="lock" size={16} /> Your card number goes to the bank and is not kept by us.
        </p>
      </section>
    </div>
  )
}

function CartLine({ item, onChange }: { item: CartItem; onChange: (quantity: number) => void }): VNode {
  const gone = !item.retired && item.available === 0
  const short = item.quantity > item.available
  return (
    <article class="cart-line">
      <a class="thumb big-thumb" href={`/products/${item.productId}`} tabIndex={-1} aria-hidden="true">
        <Picture productId={item.productId} product={item} />
      </a>
      <div class="cart-line-words">
        <h2>
          <a href={`/products/${item.productId}`}>{item.name}</a>
        </h2>
        <p class="quiet">{formatMoney(item.unitPrice)} each</p>
        {item.retired ? <p class="stock stock-out">No longer sold. Take it out to go on.</p> : null}
        {gone ? <p class="stock stock-out">Sold out. Take it out to go on.</p> : null}
        {!item.retired && !gone && short ? <p class="stock stock-low">Only {item.available} left</p> : null}
      </div>
      <div class="cart-line-tools">
        <Quantity
          label={item.name}
          value={item.quantity}
          max={Math.min(Math.max(item.available, 1), mostOfOne)}
          onChange={onChange}
        />
        <button type="button" class="link" onClick={() => onChange(0)}>
          Remove<span class="sr-only"> {item.name}</span>
        </button>
      </div>
      <p class="price cart-line-total">{formatMoney(item.lineTotal)}</p>
    </article>
  )
}
