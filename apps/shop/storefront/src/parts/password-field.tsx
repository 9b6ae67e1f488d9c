import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Field } from './field.tsx'

export interface PasswordFieldProps {
  readonly label?: string
  readonly name?: string
  /** A password that is being chosen, not the one that is known already. */
  readonly fresh: boolean
  readonly value: string
  readonly onValue: (value: string) => void
  readonly mistake: string | undefined
}

/** A password, which can be looked at while it is typed. */
export function PasswordField(props: PasswordFieldProps): VNode {
  const { label = 'Password', name = 'password', fresh, value, onValue, mistake } = props
  const [seen, setSeen] = useState(false)
  return (
    <Field
      label={label}
      name={name}
      value={value}
      onValue={onValue}
      mistake={mistake}
      {...(fresh ? { hint: 'At least 10 characters. A few plain words make a good one.' } : {})}
      end={
        <button type="button" class="field-button" aria-pressed={seen} onClick={() => setSeen(!seen)}>
          {seen ? 'Hide' : 'Show'}
          <span class="sr-only"> what I typed</span>
        </button>
      }
      input={{
        ...(seen ? ({ type: 'text' } as const) : ({ type: 'password' } as const)),
        autocomplete: fresh ? 'new-password' : 'current-password',
        required: true,
        maxLength: 200,
        spellcheck: false,
        autocapitalize: 'none',
      }}
    />
  )
}
