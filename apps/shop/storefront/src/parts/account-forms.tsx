import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { issueFor } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Preferences, User } from '../api/types.ts'
import { checkAddress, emptyAddress, savedAddress, trimAddress, type AddressMistakes } from '../lib/address.ts'
import { serverAddressMistakes } from '../lib/say-checkout.ts'
import { forgetAll } from '../lib/use-query.ts'
import { userChanged } from '../state/session.ts'
import { theme, themeOf } from '../state/theme.ts'
import { AddressFields } from './address-fields.tsx'
import { Field, focusMistake } from './field.tsx'
import { Saving, useSaving } from './saving.tsx'

export function ProfileForm({ user }: { user: User }): VNode {
  const [name, setName] = useState(user.displayName)
  const [address, setAddress] = useState(savedAddress(user) ?? emptyAddress(user.displayName))
  const [mistakes, setMistakes] = useState<AddressMistakes & { displayName?: string }>({})
  const form = useRef<HTMLFormElement>(null)
  const saving = useSaving(async () => {
    // An address is saved whole or not at all: most customers come here to change one thing.
    const withAddress = savedAddress(user) !== undefined || address.line1 !== '' || address.city !== ''
    const found = {
      ...(withAddress ? checkAddress(address) : {}),
      ...(name.trim() === '' ? { displayName: 'Enter your name.' } : {}),
    }
    setMistakes(found)
    if (Object.keys(found).length > 0) {
      focusMistake(form.current)
      return false
    }
    try {
      const body = { displayName: name.trim(), ...(withAddress ? { address: trimAddress(address) } : {}) }
      userChanged(await shop.saveMe(body))
      return true
    } catch (error) {
      const displayName = issueFor(error, 'displayName')
      setMistakes({ ...serverAddressMistakes(error), ...(displayName === undefined ? {} : { displayName }) })
      throw error
    }
  })
  return (
    <form ref={form} class="panel form" noValidate onSubmit={saving.submit}>
      <div class="fields">
        <Field
          label="Name"
          name="displayName"
          value={name}
          onValue={setName}
          mistake={mistakes.displayName}
          input={{ autocomplete: 'name', required: true, maxLength: 100 }}
        />
      </div>
      <fieldset>
        <legend>Delivery address</legend>
        <AddressFields nameLabel="Recipient" address={address} mistakes={mistakes} onChange={setAddress} />
      </fieldset>
      <Saving saving={saving} label="Save profile" />
    </form>
  )
}

const themes = [
  { value: 'THEME_SYSTEM', name: 'As the system' },
  { value: 'THEME_LIGHT', name: 'Light' },
  { value: 'THEME_DARK', name: 'Dark' },
] as const

export function PreferencesForm({ preferences }: { preferences: Preferences }): VNode {
  const [wanted, setWanted] = useState<Preferences>(
    preferences.theme === 'THEME_UNSPECIFIED' ? { ...preferences, theme: 'THEME_SYSTEM' } : preferences,
  )
  const saving = useSaving(async () => {
    const saved = await shop.savePreferences(wanted)
    theme.value = themeOf(saved.theme)
    forgetAll()
    return true
  })
  return (
    <form class="panel form" onSubmit={saving.submit}>
      <fieldset class="choices">
        <legend>Theme</legend>
        {themes.map(({ value, name }) => (
          <label key={value} class="check">
            <input
              type="radio"
              name="theme"
              checked={wanted.theme === value}
              onChange={() => setWanted({ ...wanted, theme: value })}
            />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      <fieldset class="choices">
        <legend>Letters from us</legend>
        <label class="check">
          <input
            type="checkbox"
            checked={wanted.orderEmails}
            onChange={(event) => setWanted({ ...wanted, orderEmails: event.currentTarget.checked })}
          />
          <span>News about my orders</span>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={wanted.newsletter}
            onChange={(event) => setWanted({ ...wanted, newsletter: event.currentTarget.checked })}
          />
          <span>The newsletter, four times a year</span>
        </label>
      </fieldset>
      <Saving saving={saving} label="Save preferences" />
    </form>
  )
}
