import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { isProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { checkCard, type CardMistakes } from '../lib/card.ts'
import { formatMoney } from '../lib/money.ts'
import { sayCheckoutProblem, serverCardMistakes } from '../lib/say-checkout.ts'
import { totalChange, type TotalChange } from '../lib/total-change.ts'
import { useAction } from '../lib/use-action.ts'
import { payOpenOrder } from '../state/checkout.ts'
import { CardFields } from './card-fields.tsx'
import { focusMistake } from './field.tsx'
import { focusHeading } from './heading.tsx'
import { PriceChanged } from './price-changed.tsx'
import { Alert } from './states.tsx'

/** Pays an open order, for the total that the button names. */
export function PayOrder({ order, onChange }: { order: Order; onChange: (order: Order) => void }): VNode {
  const [card, setCard] = useState({ number: '', expiry: '', securityCode: '' })
  const [mistakes, setMistakes] = useState<CardMistakes>({})
  const [change, setChange] = useState<TotalChange>()
  const form = useRef<HTMLFormElement>(null)
  const pay = useAction(async () => {
    const found = checkCard(card, new Date())
    setMistakes(found)
    setChange(undefined)
    if (Object.keys(found).length > 0) return focusMistake(form.current)
    try {
      onChange(await payOpenOrder(order, card))
      focusHeading()
    } catch (error) {
      const told = serverCardMistakes(error)
      setMistakes(told)
      if (Object.keys(told).length > 0) focusMistake(form.current)
      if (!isProblem(error, 'SHOP_PRICE_CHANGED')) throw error
      // The order now says what it would cost; what it said before is still on this page.
      const fresh = await shop.order(order.id)
      onChange(fresh)
      const changed = totalChange(order.lines, fresh.lines)
      if (changed === undefined) throw error
      setChange(changed)
    }
  })
  const submit = (event: Event): void => {
    event.preventDefault()
    void pay.run()
  }
  const total = formatMoney(order.total)
  return (
    <section class="panel" aria-labelledby="pay">
      <h2 id="pay">Pay</h2>
      <form ref={form} class="resume" noValidate onSubmit={submit}>
        <CardFields card={card} mistakes={mistakes} onChange={setCard} />
        {change === undefined ? null : <PriceChanged change={change} />}
        {pay.failure === undefined ? null : <Alert>{sayCheckoutProblem(pay.failure)}</Alert>}
        <button type="submit" class="button big wide" aria-disabled={pay.busy}>
          {pay.busy ? 'Asking your bank' : change === undefined ? `Pay ${total}` : `Accept the new price: pay ${total}`}
        </button>
      </form>
    </section>
  )
}
