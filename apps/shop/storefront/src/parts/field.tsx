import type { ComponentChildren, InputHTMLAttributes, VNode } from 'preact'
import { useId } from 'preact/hooks'

export interface FieldProps {
  readonly label: string
  readonly name: string
  readonly value: string
  readonly onValue: (value: string, input: HTMLInputElement) => void
  readonly mistake?: string | undefined
  readonly hint?: ComponentChildren
  readonly optional?: boolean
  /** Stands inside the box on the right: a unit, a brand, a button. */
  readonly end?: ComponentChildren
  readonly input?: InputHTMLAttributes
}

/** A labelled text field. Its hint and its mistake are tied to it, so that a screen reader says them with it. */
export function Field({ label, name, value, onValue, mistake, hint, optional, end, input }: FieldProps): VNode {
  const id = useId()
  const told = [hint === undefined ? '' : `${id}-hint`, mistake === undefined ? '' : `${id}-mistake`]
    .filter((part) => part !== '')
    .join(' ')
  return (
    <div class={mistake === undefined ? 'field' : 'field wrong'}>
      <label for={id}>
        {label}
        {optional === true ? <span class="optional"> (optional)</span> : null}
      </label>
      <div class="field-box">
        <input
          type="text"
          {...input}
          id={id}
          name={name}
          value={value}
          aria-invalid={mistake !== undefined}
          aria-describedby={told === '' ? undefined : told}
          onInput={(event) => onValue(event.currentTarget.value, event.currentTarget)}
        />
        {end}
      </div>
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <Mistake id={`${id}-mistake`} text={mistake} />
    </div>
  )
}

export function Mistake({ id, text }: { id: string; text: string | undefined }): VNode | null {
  return text === undefined ? null : (
    <p class="mistake" id={id}>
      {text}
    </p>
  )
}

/** Puts the focus on the first field that needs correcting, once the form has been drawn again. */
export function focusMistake(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
}
