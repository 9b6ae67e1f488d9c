import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

export interface QuantityProps {
  /** "Quantity of Harbour mug". */
  readonly label: string
  readonly value: number
  readonly max: number
  readonly onChange: (value: number) => void
}

/** A number with a button on either side. What is typed counts when the field is left or Enter is pressed. */
export function Quantity({ label, value, max, onChange }: QuantityProps): VNode {
  const [text, setText] = useState(String(value))
  useEffect(() => setText(String(value)), [value])
  const take = (wanted: number): void => {
    const taken = Math.min(Math.max(Number.isFinite(wanted) ? Math.trunc(wanted) : value, 1), Math.max(max, 1))
    setText(String(taken))
    if (taken !== value) onChange(taken)
  }
  return (
    <div class="quantity" role="group" aria-label={label}>
      <button type="button" disabled={value <= 1} onClick={() => take(value - 1)}>
        <Icon name="minus" size={18} />
        <span class="sr-only">One less</span>
      </button>
      <input
        aria-label="Quantity"
        inputMode="numeric"
        maxLength={2}
        autocomplete="off"
        value={text}
        onInput={(event) => setText(event.currentTarget.value.replace(/\D/g, ''))}
        onBlur={() => take(text === '' ? value : Number(text))}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take(Number(text))
        }}
      />
      <button type="button" disabled={value >= max} onClick={() => take(value + 1)}>
        <Icon name="plus" size={18} />
        <span class="sr-only">One more</span>
      </button>
    </div>
  )
}
