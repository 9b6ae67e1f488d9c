import type { VNode } from 'preact'
import { useId, useRef, useState } from 'preact/hooks'
import { sayProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { forgetAll } from '../lib/use-query.ts'
import { Alert } from './states.tsx'

const reasons = ['I changed my mind', 'I ordered the wrong thing', 'I found it elsewhere', 'Something else']

export function CancelOrder({ order, onChange }: { order: Order; onChange: (order: Order) => void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const [reason, setReason] = useState(reasons[0] ?? '')
  const [failure, setFailure] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const id = useId()
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setFailure(undefined)
    try {
      const cancelled = await shop.cancelOrder(order.id, reason)
      dialog.current?.close()
      forgetAll()
      onChange(cancelled)
    } catch (error) {
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <button type="button" class="button quiet-button" onClick={() => dialog.current?.showModal()}>
        Cancel order
      </button>
      <dialog ref={dialog} class="dialog" aria-labelledby={`${id}-title`}>
        <form onSubmit={(event) => void submit(event)}>
          <h2 id={`${id}-title`}>Cancel order {order.number}?</h2>
          <p>You get all of your money back, and the things go back on the shelf.</p>
          <div class="field">
            <label for={id}>Reason</label>
            <select id={id} value={reason} onChange={(event) => setReason(event.currentTarget.value)}>
              {reasons.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </div>
          {failure === undefined ? null : <Alert>{sayProblem(failure)}</Alert>}
          <p class="dialog-actions">
            <button type="button" class="button quiet-button" onClick={() => dialog.current?.close()}>
              Keep the order
            </button>
            <button type="submit" class="button danger" aria-disabled={busy}>
              {busy ? 'One moment' : 'Cancel and refund'}
            </button>
          </p>
        </form>
      </dialog>
    </>
  )
}
