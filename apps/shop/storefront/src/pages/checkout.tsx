import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { isProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Address, CartItem, User } from '../api/types.ts'
import { checkAddress, emptyAddress, savedAddress, trimAddress, type AddressMistakes } from '../lib/address.ts'
import { checkCard, type CardFields as Card, type CardMistakes } from '../lib/card.ts'
import { formatMoney, sumMoney } from '../lib/money.ts'
import { sayCheckoutProblem, serverAddressMistakes, serverCardMistakes } from '../lib/say-checkout.ts'
import { AddressFields } from '../parts/address-fields.tsx'
import { CardFields } from '../parts/card-fields.tsx'
import { focusMistake } from '../parts/field.tsx'
import { Heading } from '../parts/heading.tsx'
import { Icon } from '../parts/icon.tsx'
import { Lines, Totals } from '../parts/lines.tsx'
import { MembersOnly } from '../parts/members-only.tsx'
import { Alert, Empty, Loading } from '../parts/states.tsx'
import { cart } from '../state/cart.ts'
import { buy, lostOrder } from '../state/checkout.ts'
import { userChanged } from '../state/session.ts'

const noCard: Card = { number: '', expiry: '', securityCode: '' }

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
  const { address, setAddress, card, setCard, save, setSave, mistakes, failure, busy, form, submit } = useCheckout(user)
  const total = sumMoney(items)
  return (
    <form ref={form} class="checkout" noValidate onSubmit={(event) => void submit(event)}>
      <div class="checkout-steps">
        <section class="panel" aria-labelledby="delivery">
          <h2 id="delivery">
            <span class="step-number">1</span> Delivery
          </h2>
          <AddressFields address={address} mistakes={mistakes.address} onChange={setAddress} />
          <label class="check">
            <input type="checkbox" checked={save} onChange={(event) => setSave(event.currentTarget.checked)} />
            <span>Keep this address for next time</span>
          </label>
        </section>
        <section class="panel" aria-labelledby="payment">
          <h2 id="payment">
            <span class="step-number">2</span> Payment
          </h2>
          <CardFields card={card} mistakes={mistakes.card} onChange={setCard} />
        </section>
      </div>
      <section class="panel checkout-summary" aria-labelledby="summary">
        <h2 id="summary">Your order</h2>
        <Lines lines={items} />
        {total === undefined ? null : <Totals total={total} />}
        {failure === undefined ? null : <Alert>{sayCheckoutProblem(failure)}</Alert>}
        <button type="submit" class="button big wide" aria-disabled={busy}>
          {busy ? 'Placing your order' : 'Place order'}
        </button>
        <p class="hint secure">
          <Icon name="lock" size={16} />
          {total === undefined ? '' : ` ${formatMoney(total)} is charged once, even if you press twice.`}
        </p>
      </section>
    </form>
  )
}

/** The state of the checkout's form, and what pressing its button does. */
function useCheckout(user: User) {
  const { route } = useLocation()
  const [address, setAddress] = useState<Address>(savedAddress(user) ?? emptyAddress(user.displayName))
  const [card, setCard] = useState(noCard)
  const [save, setSave] = useState(savedAddress(user) === undefined)
  const [mistakes, setMistakes] = useState<{ address: AddressMistakes; card: CardMistakes }>({ address: {}, card: {} })
  const [failure, setFailure] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const running = useRef(false)
  const form = useRef<HTMLFormElement>(null)

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    // State is set with the next drawing; a second click comes before that.
    if (running.current) return
    const found = { address: checkAddress(address), card: checkCard(card, new Date()) }
    setMistakes(found)
    setFailure(undefined)
    if (hasAny(found)) return focusMistake(form.current)
    running.current = true
    setBusy(true)
    const clean = trimAddress(address)
    try {
      if (save) await saveAddress(user, clean)
      const order = await buy(user.id, card, clean)
      route(`/orders/${order.id}`, true)
    } catch (error) {
      const told = { address: serverAddressMistakes(error), card: serverCardMistakes(error) }
      setMistakes(told)
      setFailure(error)
      if (hasAny(told)) focusMistake(form.current)
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  return { address, setAddress, card, setCard, save, setSave, mistakes, failure, busy, form, submit }
}

/** Not worth losing a purchase for: what could not be kept is asked again next time. */
async function saveAddress(user: User, address: Address): Promise<void> {
  try {
    userChanged(await shop.saveMe({ displayName: user.displayName, address }))
  } catch (error) {
    if (isProblem(error) && error.issues.length > 0) throw error
  }
}

function hasAny(mistakes: { address: object; card: object }): boolean {
  return Object.keys(mistakes.address).length + Object.keys(mistakes.card).length > 0
}
