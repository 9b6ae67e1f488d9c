import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { sayProblem } from '../api/problem.ts'
import { announce } from '../state/notices.ts'
import { Icon } from './icon.tsx'
import { Alert } from './states.tsx'

interface SavingState {
  readonly busy: boolean
  readonly saved: boolean
  readonly failure: unknown
  readonly submit: (event: Event) => void
}

/** The life of a form that is saved: one try at a time, then "Saved" or what went wrong. */
export function useSaving(save: () => Promise<boolean>): SavingState {
  const [state, setState] = useState<{ busy: boolean; saved: boolean; failure?: unknown }>({
    busy: false,
    saved: false,
  })
  const run = async (): Promise<void> => {
    setState({ busy: true, saved: false })
    try {
      const saved = await save()
      setState({ busy: false, saved })
      if (saved) announce('Saved')
    } catch (failure) {
      setState({ busy: false, saved: false, failure })
    }
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    if (!state.busy) void run()
  }
  return { busy: state.busy, saved: state.saved, failure: state.failure, submit }
}

/** The button of a form that is saved, and what became of it. */
export function Saving({ saving, label }: { saving: SavingState; label: string }): VNode {
  return (
    <>
      {saving.failure === undefined ? null : <Alert>{sayProblem(saving.failure)}</Alert>}
      <p class="saving">
        <button type="submit" class="button" aria-disabled={saving.busy}>
          {saving.busy ? 'Saving' : label}
        </button>
        {saving.saved ? (
          <span class="saved">
            <Icon name="check" size={18} /> Saved
          </span>
        ) : null}
      </p>
    </>
  )
}
