import type { VNode } from 'preact'
import {
  cardBrand,
  digitsOf,
  formatCardNumber,
  formatExpiry,
  type CardFields as Card,
  type CardMistakes,
} from '../lib/card.ts'
import { Field } from './field.tsx'

export interface CardFieldsProps {
  readonly card: Card
  readonly mistakes: CardMistakes
  readonly onChange: (card: Card) => void
}

export function CardFields({ card, mistakes, onChange }: CardFieldsProps): VNode {
  const brand = cardBrand(card.number)
  return (
    <div class="fields">
      <Field
        label="Card number"
        name="number"
        value={card.number}
        onValue={(value, input) => onChange({ ...card, number: regroup(input, value) })}
        mistake={mistakes.number}
        end={brand === 'Card' ? null : <span class="card-mark">{brand}</span>}
        input={{
          inputMode: 'numeric',
          autocomplete: 'cc-number',
          placeholder: '0000 0000 0000 0000',
          required: true,
          maxLength: 23,
        }}
      />
      <div class="fields-row">
        <Field
          label="Expiry"
          name="expiry"
          value={card.expiry}
          onValue={(value, input) => {
            const expiry = formatExpiry(value, card.expiry)
            input.value = expiry
            onChange({ ...card, expiry })
          }}
          mistake={mistakes.expiry}
          input={{ inputMode: 'numeric', autocomplete: 'cc-exp', placeholder: 'MM / YY', required: true, maxLength: 7 }}
        />
        <Field
          label="Security code"
          name="securityCode"
          value={card.securityCode}
          onValue={(value, input) => {
            const securityCode = digitsOf(value).slice(0, 4)
            input.value = securityCode
            onChange({ ...card, securityCode })
          }}
          mistake={mistakes.securityCode}
          input={{ inputMode: 'numeric', autocomplete: 'cc-csc', placeholder: 'CVC', required: true, maxLength: 4 }}
        />
      </div>
      <TestCards />
    </div>
  )
}

/** Groups the digits while they are typed and keeps the caret behind the same digit. */
function regroup(input: HTMLInputElement, typed: string): string {
  const digitsBefore = digitsOf(typed.slice(0, input.selectionStart ?? typed.length)).length
  const grouped = formatCardNumber(typed)
  let caret = 0
  for (let seen = 0; seen < digitsBefore && caret < grouped.length; caret++) if (grouped[caret] !== ' ') seen++
  input.value = grouped
  input.setSelectionRange(caret, caret)
  return grouped
}

function TestCards(): VNode {
  return (
    <details class="test-cards">
      <summary>This shop takes test cards only</summary>
      <dl>
        <dt>4242 4242 4242 4242</dt>
        <dd>is approved</dd>
        <dt>4000 0000 0000 0002</dt>
        <dd>is declined</dd>
        <dt>4000 0000 0000 9995</dt>
        <dd>has too little money on it</dd>
        <dt>4000 0000 0000 0069</dt>
        <dd>has expired at the bank</dd>
      </dl>
      <p>With any expiry date to come and any security code.</p>
    </details>
  )
}
