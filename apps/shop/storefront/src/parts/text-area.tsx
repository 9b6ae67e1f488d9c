import type { ComponentChildren, VNode } from 'preact'
import { useId } from 'preact/hooks'
import { Mistake } from './field.tsx'

interface TextAreaProps {
  readonly label: string
  readonly name: string
  readonly value: string
  readonly onValue: (value: string) => void
  readonly mistake?: string | undefined
  readonly hint?: ComponentChildren
  readonly rows: number
  readonly maxLength: number
}

/** A labelled field for several lines. */
export function TextArea({ label, name, value, onValue, mistake, hint, rows, maxLength }: TextAreaProps): VNode {
  const id = useId()
  const told = [hint === undefined ? '' : `${id}-hint`, mistake === undefined ? '' : `${id}-mistake`]
    .filter((part) => part !== '')
    .join(' ')
  return (
    <div class={mistake === undefined ? 'field' : 'field wrong'}>
      <label for={id}>{label}</label>
      <textarea
        id={id}
        name={name}
        rows={rows}
        maxLength={maxLength}
        value={value}
        aria-invalid={mistake !== undefined}
        aria-describedby={told === '' ? undefined : told}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <Mistake id={`${id}-mistake`} text={mistake} />
    </div>
  )
}
