import type { ComponentChildren, VNode } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { sayProblem } from '../api/problem.ts'
import { useAction } from '../lib/use-action.ts'
import { Alert } from './states.tsx'

interface ConfirmProps {
  /** On the button that asks. */
  readonly ask: string
  readonly title: string
  readonly children: ComponentChildren
  /** On the button that does it. */
  readonly action: string
  /** On the button that does not. */
  readonly keep: string
  readonly danger?: boolean
  /** False leaves the question up, because something in it is to be corrected. What it throws is shown there. */
  readonly onConfirm: () => Promise<boolean>
}

/** A button that asks once more before it does what it says. */
export function Confirm({ ask, title, children, action, keep, danger = false, onConfirm }: ConfirmProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const confirm = useAction(async () => {
    if (await onConfirm()) dialog.current?.close()
  })
  const submit = (event: Event): void => {
    event.preventDefault()
    void confirm.run()
  }
  const open = (): void => {
    confirm.clear()
    dialog.current?.showModal()
  }
  return (
    <>
      <button type="button" class="button quiet-button" onClick={open}>
        {ask}
      </button>
      <dialog ref={dialog} class="dialog" aria-labelledby={id}>
        <form noValidate onSubmit={submit}>
          <h2 id={id}>{title}</h2>
          {children}
          {confirm.failure === undefined ? null : <Alert>{sayProblem(confirm.failure)}</Alert>}
          <p class="dialog-actions">
            <button type="button" class="button quiet-button" onClick={() => dialog.current?.close()}>
              {keep}
            </button>
            <button type="submit" class={danger ? 'button danger' : 'button'} aria-disabled={confirm.busy}>
              {confirm.busy ? 'One moment' : action}
            </button>
          </p>
        </form>
      </dialog>
    </>
  )
}
