import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { Order } from '../api/types.ts'
import { emptyAddress } from '../lib/address.ts'
import { checkCard, type CardMistakes } from '../lib/card.ts'
import { sayCheckoutProblem } from '../lib/say-checkout.ts'
import { resume } from '../state/checkout.ts'
import { CardFields } from './card-fields.tsx'
import { focusMistake } from './field.tsx'
import { Alert } from './states.tsx'

/** Asks for the card again, which is never kept, and takes the order up with the key it was placed with. */
export function ResumeOrder({ order, onChange }: { order: Order; onChange: (order: Order) => void }): VNode {
  const [card, setCard] = useState({ number: '', expiry: '', securityCode: '' })
  const [mistakes, setMistakes] = useState<CardMistakes>({})
  const [failure, setFailure] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const running = useRef(false)
  const form = useRef<HTMLFormElement>(null)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (running.current) return
    const found = checkCard(card, new Date())
    setMistakes(found)
    setFailure(undefined)
    if (Object.keys(found).length > 0) return focusMistake(form.current)
    running.current = true
    setBusy(true)
    try {
      onChange(await resume(order, card, order.address ?? emptyAddress()))
    } catch (error) {
      setFailure(error)
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  return (
    <form ref={form} class="resume" noValidate onSubmit={(event) => void submit(event)}>
      <CardFields card={card} mistakes={mistakes} onChange={setCard} />
      {failure === undefined ? null : <Alert>{sayCheckoutProblem(failure)}</Alert>}
      <button type="submit" class="button" aria-disabled={busy}>
        {busy ? 'One moment' : 'Resume'}
      </button>
    </form>
  )
}
