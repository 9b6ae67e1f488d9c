import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { CartItem, User } from '../api/types.ts'
import { formatMoney, sumMoney } from '../lib/money.ts'
import { sayCheckoutProblem } from '../lib/say-checkout.ts'
import { AddressFields } from '../parts/address-fields.tsx'
import { CardFields } from '../parts/card-fields.tsx'
import { focusMistake } from '../parts/field.tsx'
import { Heading } from '../parts/heading.tsx'
import { Icon } from '../parts/icon.tsx'
import { Lines, Totals } from '../parts/lines.tsx'
import { MembersOnly } from '../parts/members-only.tsx'
import { PriceChanged } from '../parts/price-changed.tsx'
import { Alert, Empty, Loading } from '../parts/states.tsx'
import { cart } from '../state/cart.ts'
import { lostOrder } from '../state/checkout.ts'
import { useCheckout, type Checkout } from '../state/use-checkout.ts'

export function CheckoutPage(): VNode {
  return <MembersOnly>{(user) => <Checkout user={user} />}</MembersOnly>
}

function Checkout({ user }: { user: User }): VNode {
  const { route } = useLocation()
  const state = cart.value
  useEffect(() => {
    const abort = new AbortController()
    lostOrder(user.id, abort.signal).then(
      (order) => {
        if (order !== undefined) route(`/orders/${order.id}`, true)
      },
      // Not known yet: the key is kept, so that placing the order is still the same purchase.
      () => undefined,
    )
    return () => abort.abort()
  }, [user.id])
  return (
    <div class="wrap page">
      <Heading title="Checkout" />
      {state.kind === 'loading' ? <Loading lines={8} /> : null}
      {state.kind === 'failed' ? <Alert>{state.why}</Alert> : null}
      {state.kind === 'ready' && state.items.length === 0 ? (
        <Empty title="Your cart is empty">
          <p>There is nothing to check out. If you have just ordered, the order is in your account.</p>
          <p class="state-actions">
            <a class="button" href="/shop">
              Browse the shop
            </a>
            <a class="button quiet-button" href="/account">
              Your orders
            </a>
          </p>
        </Empty>
      ) : null}
      {state.kind === 'ready' && state.items.length > 0 ? <CheckoutForm user={user} items={state.items} /> : null}
    </div>
  )
}

function CheckoutForm({ user, items }: { user: User; items: readonly CartItem[] }): VNode {
  const form = useRef<HTMLFormElement>(null)
  const checkout = useCheckout(user, items, () => focusMistake(form.current))
  const { address, card, mistakes } = checkout
  const submit = (event: Event): void => {
    event.preventDefault()
    if (checkout.save.busy) return
    checkout.save.clear()
    void checkout.place.run()
  }
  return (
    <form ref={form} class="checkout" noValidate onSubmit={submit}>
      <div class="checkout-steps">
        <section class="panel" aria-labelledby="delivery">
          <h2 id="delivery">
            <span class="step-number">1</span> Delivery
          </h2>
          <AddressFields address={address} mistakes={mistakes.address} onChange={checkout.setAddress} />
          <label class="check">
            <input
              type="checkbox"
              checked={checkout.keepAddress}
              onChange={(event) => checkout.setKeepAddress(event.currentTarget.checked)}
            />
            <span>Keep this address for next time</span>
          </label>
        </section>
        <section class="panel" aria-labelledby="payment">
          <h2 id="payment">
            <span class="step-number">2</span> Payment
          </h2>
          <CardFields card={card} mistakes={mistakes.card} onChange={checkout.setCard} />
        </section>
      </div>
      <Summary items={items} checkout={checkout} />
    </form>
  )
}

function Summary({ items, checkout }: { items: readonly CartItem[]; checkout: Checkout }): VNode {
  const { change, place, save } = checkout
  const total = sumMoney(items)
  const amount = total === undefined ? '' : formatMoney(total)
  const failure = place.failure ?? save.failure
  return (
    <section class="panel checkout-summary" aria-labelledby="summary">
      <h2 id="summary">Your order</h2>
      <Lines lines={items} />
      {total === undefined ? null : <Totals total={total} />}
      {change === undefined ? null : <PriceChanged change={change} />}
      {failure === undefined ? null : <Alert>{sayCheckoutProblem(failure)}</Alert>}
      {items.some((item) => item.retired) ? <Retired items={items} /> : null}
      <button type="submit" class="button big wide" aria-disabled={place.busy || save.busy}>
        {place.busy ? 'Placing your order' : change === undefined ? 'Place order' : `Accept ${amount} and place order`}
      </button>
      <p class="hint secure">
        <Icon name="lock" size={16} />
        {total === undefined ? '' : ` ${amount} is charged once, even if you press twice.`}
      </p>
      <div class="pay-later">
        <button
          type="button"
          class="button quiet-button wide"
          aria-disabled={place.busy || save.busy}
          onClick={() => {
            if (place.busy) return
            place.clear()
            void save.run()
          }}
        >
          {save.busy ? 'Saving your order' : 'Save as open order, pay later'}
        </button>
        <p class="hint">Needs no card now. You can add to it until you pay; nothing is set aside before.</p>
      </div>
    </section>
  )
}

function Retired({ items }: { items: readonly CartItem[] }): VNode {
  const names = items.filter((item) => item.retired).map((item) => item.name)
  return (
    <Alert>
      No longer sold: {names.join(', ')}. <a href="/cart">Take it out of your cart</a> to go on.
    </Alert>
  )
}
