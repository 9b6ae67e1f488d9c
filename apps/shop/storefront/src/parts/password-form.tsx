import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { isProblem, issueFor } from '../api/problem.ts'
import type { User } from '../api/types.ts'
import { checkNewPassword } from '../lib/check-password.ts'
import { changePassword } from '../state/session.ts'
import { focusMistake } from './field.tsx'
import { PasswordField } from './password-field.tsx'
import { Saving, useSaving } from './saving.tsx'

type Mistakes = Partial<Record<'currentPassword' | 'newPassword', string>>

/** Changes the password. Whoever is signed in elsewhere has to sign in again. */
export function PasswordForm({ user }: { user: User }): VNode {
  const [current, setCurrent] = useState('')
  const [fresh, setFresh] = useState('')
  const [mistakes, setMistakes] = useState<Mistakes>({})
  const form = useRef<HTMLFormElement>(null)
  const saving = useSaving(async () => {
    const found = check(current, fresh)
    setMistakes(found)
    if (Object.keys(found).length > 0) {
      focusMistake(form.current)
      return false
    }
    try {
      await changePassword(current, fresh)
    } catch (error) {
      const told = serverMistakes(error)
      setMistakes(told)
      if (Object.keys(told).length === 0) throw error
      focusMistake(form.current)
      return false
    }
    setCurrent('')
    setFresh('')
    return true
  })
  return (
    <form ref={form} class="panel form" noValidate onSubmit={saving.submit}>
      <p class="quiet">Wherever else you are signed in, you will be signed out.</p>
      {/* Tells password managers whose password it is. */}
      <input hidden type="text" autocomplete="username" value={user.email} readOnly />
      <div class="fields">
        <PasswordField
          label="Current password"
          name="currentPassword"
          fresh={false}
          value={current}
          onValue={setCurrent}
          mistake={mistakes.currentPassword}
        />
        <PasswordField
          label="New password"
          name="newPassword"
          fresh
          value={fresh}
          onValue={setFresh}
          mistake={mistakes.newPassword}
        />
      </div>
      <Saving saving={saving} label="Change password" />
    </form>
  )
}

function check(current: string, fresh: string): Mistakes {
  const weak = checkNewPassword(fresh)
  return {
    ...(current === '' ? { currentPassword: 'Enter the password you have now.' } : {}),
    ...(weak === undefined ? {} : { newPassword: weak }),
  }
}

function serverMistakes(error: unknown): Mistakes {
  if (isProblem(error, 'SHOP_BAD_CREDENTIALS')) return { currentPassword: 'This is not your current password.' }
  const told: Mistakes = {}
  for (const name of ['currentPassword', 'newPassword'] as const) {
    const message = issueFor(error, name)
    if (message !== undefined) told[name] = message
  }
  return told
}
