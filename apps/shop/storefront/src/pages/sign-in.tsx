import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { isProblem, issueFor, sayProblem } from '../api/problem.ts'
import { checkNewPassword } from '../lib/check-password.ts'
import { safeReturn } from '../lib/safe-return.ts'
import { Field, focusMistake } from '../parts/field.tsx'
import { Heading } from '../parts/heading.tsx'
import { Icon } from '../parts/icon.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { Alert } from '../parts/states.tsx'
import { register, session, signIn } from '../state/session.ts'

type Mistakes = Partial<Record<'email' | 'password' | 'displayName', string>>

export function SignInPage(): VNode {
  return <Entrance kind="sign-in" />
}

export function RegisterPage(): VNode {
  return <Entrance kind="register" />
}

function Entrance({ kind }: { kind: 'sign-in' | 'register' }): VNode {
  const { query, route } = useLocation()
  const back = safeReturn(query['next'])
  const state = session.value.kind
  useEffect(() => {
    if (state === 'signed-in') route(back, true)
  }, [state, back])
  const here = `?next=${encodeURIComponent(back)}`
  return (
    <div class="wrap page entrance">
      <nav class="tabs" aria-label="Sign in or register">
        <a href={`/sign-in${here}`} aria-current={kind === 'sign-in' ? 'page' : undefined}>
          Sign in
        </a>
        <a href={`/register${here}`} aria-current={kind === 'register' ? 'page' : undefined}>
          Create account
        </a>
      </nav>
      <Heading title={kind === 'sign-in' ? 'Welcome back' : 'Create your account'} />
      {query['reset'] === undefined ? null : (
        <p class="done" role="status">
          <Icon name="check" /> Your password is changed. Sign in with the new one.
        </p>
      )}
      <p class="quiet">
        {back === '/checkout'
          ? 'One step before the checkout. Your cart comes with you.'
          : 'Follow your orders, keep your address, and check out faster.'}
      </p>
      <EntranceForm key={kind} kind={kind} />
    </div>
  )
}

function EntranceForm({ kind }: { kind: 'sign-in' | 'register' }): VNode {
  const registering = kind === 'register'
  const { fields, set, mistakes, failure, busy, form, submit } = useEntrance(registering)
  return (
    <form ref={form} class="panel" noValidate onSubmit={(event) => void submit(event)}>
      {failure === undefined ? null : <Alert>{failure}</Alert>}
      <div class="fields">
        {registering ? (
          <Field
            label="Name"
            name="displayName"
            value={fields.displayName}
            onValue={set('displayName')}
            mistake={mistakes.displayName}
            input={{ autocomplete: 'name', required: true, maxLength: 100 }}
          />
        ) : null}
        <Field
          label="Email"
          name="email"
          value={fields.email}
          onValue={set('email')}
          mistake={mistakes.email}
          input={{
            type: 'email',
            inputMode: 'email',
            autocomplete: registering ? 'email' : 'username',
            required: true,
            maxLength: 200,
          }}
        />
        <PasswordField
          fresh={registering}
          value={fields.password}
          onValue={set('password')}
          mistake={mistakes.password}
        />
      </div>
      {registering ? null : (
        <p class="forgot">
          <a href="/forgot-password">Forgot your password?</a>
        </p>
      )}
      <button type="submit" class="button big wide" aria-disabled={busy}>
        {busy ? 'One moment' : registering ? 'Create account' : 'Sign in'}
      </button>
    </form>
  )
}

/** The state of the form, and what pressing its button does. */
function useEntrance(registering: boolean) {
  const [fields, setFields] = useState({ email: '', password: '', displayName: '' })
  const [mistakes, setMistakes] = useState<Mistakes>({})
  const [failure, setFailure] = useState<string>()
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  // Pressing the button again after a lost answer is the same registration.
  const [key] = useState(() => crypto.randomUUID())
  const set = (name: keyof typeof fields) => (value: string) => setFields((before) => ({ ...before, [name]: value }))

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (busy) return
    const found = check(fields, registering)
    setMistakes(found)
    setFailure(undefined)
    if (Object.keys(found).length > 0) return focusMistake(form.current)
    setBusy(true)
    try {
      const email = fields.email.trim()
      await (registering
        ? register(key, email, fields.password, fields.displayName.trim())
        : signIn(email, fields.password))
    } catch (error) {
      const told = serverMistakes(error)
      setMistakes(told)
      if (Object.keys(told).length === 0) setFailure(sayFailure(error))
      focusMistake(form.current)
    } finally {
      setBusy(false)
    }
  }
  return { fields, set, mistakes, failure, busy, form, submit }
}

function check(fields: { email: string; password: string; displayName: string }, registering: boolean): Mistakes {
  const found: Mistakes = {}
  if (registering && fields.displayName.trim() === '') found.displayName = 'Enter your name.'
  if (!/^\S+@\S+\.\S+$/.test(fields.email.trim())) found.email = 'Enter an email address, like name@example.org.'
  const weak = registering ? checkNewPassword(fields.password) : undefined
  if (weak !== undefined) found.password = weak
  else if (fields.password === '') found.password = 'Enter your password.'
  return found
}

function serverMistakes(error: unknown): Mistakes {
  if (isProblem(error, 'SHOP_EMAIL_TAKEN')) {
    return { email: 'There is an account with this address already. Sign in instead.' }
  }
  const told: Mistakes = {}
  for (const name of ['displayName', 'email', 'password'] as const) {
    const message = issueFor(error, name)
    if (message !== undefined) told[name] = message
  }
  return told
}

function sayFailure(error: unknown): string {
  return isProblem(error, 'SHOP_BAD_CREDENTIALS')
    ? 'That email and password do not belong together.'
    : sayProblem(error)
}
