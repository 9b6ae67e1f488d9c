import type { VNode } from 'preact'
import { useId } from 'preact/hooks'
import type { Address } from '../api/types.ts'
import type { AddressMistakes } from '../lib/address.ts'
import { countries } from '../lib/countries.ts'
import { Field, Mistake } from './field.tsx'

export interface AddressFieldsProps {
  readonly address: Address
  readonly mistakes: AddressMistakes
  readonly onChange: (address: Address) => void
  /** What the first field is called: a page may have another "Name". */
  readonly nameLabel?: string
}

export function AddressFields({ address, mistakes, onChange, nameLabel = 'Name' }: AddressFieldsProps): VNode {
  const id = useId()
  const text = (
    name: keyof Address,
    label: string,
    autocomplete: string,
    more: { optional?: boolean; max: number },
  ): VNode => (
    <Field
      label={label}
      name={name}
      value={address[name]}
      onValue={(value) => onChange({ ...address, [name]: value })}
      mistake={mistakes[name]}
      {...(more.optional === true ? { optional: true } : {})}
      input={{ autocomplete, maxLength: more.max, required: more.optional !== true }}
    />
  )
  return (
    <div class="fields">
      {text('name', nameLabel, 'shipping name', { max: 100 })}
      {text('line1', 'Street', 'shipping address-line1', { max: 100 })}
      {text('line2', 'Flat, floor, company', 'shipping address-line2', { optional: true, max: 100 })}
      <div class="fields-row narrow-first">
        {text('postalCode', 'Postal code', 'shipping postal-code', { max: 16 })}
        {text('city', 'City', 'shipping address-level2', { max: 80 })}
      </div>
      <div class={mistakes.country === undefined ? 'field' : 'field wrong'}>
        <label for={id}>Country</label>
        <select
          id={id}
          name="country"
          autocomplete="shipping country"
          value={address.country}
          aria-invalid={mistakes.country !== undefined}
          aria-describedby={mistakes.country === undefined ? undefined : `${id}-mistake`}
          onChange={(event) => onChange({ ...address, country: event.currentTarget.value })}
        >
          {countries.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
        <Mistake id={`${id}-mistake`} text={mistakes.country} />
      </div>
    </div>
  )
}
