import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { isProblem, issueFor, sayProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import { checkNewPassword } from '../lib/check-password.ts'
import { resetToken } from '../lib/reset-token.ts'
import { useAction } from '../lib/use-action.ts'
import { forgetAll } from '../lib/use-query.ts'
import { Field, focusMistake } from '../parts/field.tsx'
import { Heading } from '../parts/heading.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { Alert } from '../parts/states.tsx'
import { signOut } from '../state/session.ts'

/** Asks for a link. What it answers does not tell whether there is an account. */
export function ForgotPasswordPage(): VNode {
  const [email, setEmail] = useState('')
  const [mistake, setMistake] = useState<string>()
  const [sentTo, setSentTo] = useState<string>()
  const form = useRef<HTMLFormElement>(null)
  const ask = useAction(async () => {
    const wanted = email.trim()
    const found = /^\S+@\S+\.\S+$/.test(wanted) ? undefined : 'Enter an email address, like name@example.org.'
    setMistake(found)
    if (found !== undefined) return focusMistake(form.current)
    await shop.requestPasswordReset(wanted)
    setSentTo(wanted)
  })
  if (sentTo !== undefined) {
    return (
      <div key="sent" class="wrap page entrance">
        <Heading title="Look into your mail" />
        <p role="status">
          If there is an account for <strong>{sentTo}</strong>, we have sent a link to it with which you can choose a
          new password. It works once, and not for long.
        </p>
        <p class="quiet">Nothing there after a few minutes? Look at the spelling above and into your spam folder.</p>
        <p class="state-actions">
          <button type="button" class="button quiet-button" onClick={() => setSentTo(undefined)}>
            Ask again
          </button>
          <a class="button" href="/sign-in">
            Back to sign in
          </a>
        </p>
      </div>
    )
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    void ask.run()
  }
  return (
    <div key="ask" class="wrap page entrance">
      <Heading title="Forgot your password?" />
      <p class="quiet">Enter the address you signed up with. We will send you a link to choose a new password.</p>
      <form ref={form} class="panel" noValidate onSubmit={submit}>
        {ask.failure === undefined ? null : <Alert>{issueFor(ask.failure, 'email') ?? sayProblem(ask.failure)}</Alert>}
        <div class="fields">
          <Field
            label="Email"
            name="email"
            value={email}
            onValue={setEmail}
            mistake={mistake}
            input={{ type: 'email', inputMode: 'email', autocomplete: 'username', required: true, maxLength: 200 }}
          />
        </div>
        <button type="submit" class="button big wide" aria-disabled={ask.busy}>
          {ask.busy ? 'One moment' : 'Send the link'}
        </button>
      </form>
    </div>
  )
}

/** Where the link of the mail leads. Its token stands behind the #, which browsers send to nobody. */
export function ResetPasswordPage(): VNode {
  const [token] = useState(() => resetToken(location.hash))
  useEffect(() => {
    // Not left in the address bar or the history, where it could be read or passed on by accident.
    if (token !== undefined) history.replaceState(history.state, '', location.pathname)
  }, [token])
  return (
    <div class="wrap page entrance">
      <Heading title={token === undefined ? 'This link is not complete' : 'Choose a new password'} />
      {token === undefined ? <NewLink text="Open the link in our mail once more, or ask for another." /> : null}
      {token === undefined ? null : <NewPassword token={token} />}
    </div>
  )
}

function NewPassword({ token }: { token: string }): VNode {
  const { route } = useLocation()
  const [password, setPassword] = useState('')
  const [mistake, setMistake] = useState<string>()
  const form = useRef<HTMLFormElement>(null)
  const save = useAction(async () => {
    const found = checkNewPassword(password)
    setMistake(found)
    if (found !== undefined) return focusMistake(form.current)
    try {
      await shop.resetPassword(token, password)
    } catch (error) {
      const told = issueFor(error, 'newPassword')
      setMistake(told)
      if (told === undefined) throw error
      return focusMistake(form.current)
    }
    // All sessions have ended, that of this browser too; it need not wait to find out.
    forgetAll()
    await signOut().catch(() => undefined)
    route('/sign-in?reset=done', true)
  })
  if (isProblem(save.failure, 'SHOP_RESET_TOKEN_INVALID')) {
    return (
      <NewLink text="This link has been used, or it is too old. If it was you who has just used it, sign in with the new password." />
    )
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    void save.run()
  }
  return (
    <form ref={form} class="panel" noValidate onSubmit={submit}>
      {save.failure === undefined ? null : <Alert>{sayProblem(save.failure)}</Alert>}
      <div class="fields">
        <PasswordField
          label="New password"
          name="newPassword"
          fresh
          value={password}
          onValue={setPassword}
          mistake={mistake}
        />
      </div>
      <p class="hint">Wherever you are signed in, you will be signed out.</p>
      <button type="submit" class="button big wide" aria-disabled={save.busy}>
        {save.busy ? 'One moment' : 'Set the new password'}
      </button>
    </form>
  )
}

function NewLink({ text }: { text: string }): VNode {
  return (
    <>
      <Alert>{text}</Alert>
      <p>
        <a class="button" href="/forgot-password">
          Ask for a new link
        </a>
      </p>
    </>
  )
}
