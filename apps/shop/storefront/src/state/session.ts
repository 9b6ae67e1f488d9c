import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { giveCredentials } from '../api/client.ts'
import { isProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Session, User } from '../api/types.ts'
import { device } from '../lib/device.ts'
import { singleFlight } from '../lib/single-flight.ts'
import { theme, themeOf } from './theme.ts'

export type SessionState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'signed-in'; readonly user: User }

// Not a secret: only says that asking for a session is worth a request, and what the header is likely to show then.
const hint = 'ashlar.signed-in'
const renewBeforeMs = 30_000

export const session: Signal<SessionState> = signal({ kind: 'starting' })
/** Whether the pages for the shop's staff are shown. What they may do is decided by the shop, not here. */
export const isMerchant: ReadonlySignal<boolean> = computed(
  () => session.value.kind === 'signed-in' && session.value.user.roles.includes('ROLE_MERCHANT'),
)
/** The same, as of the visit before while the session is being taken up: nothing in the header jumps. */
export const looksLikeMerchant: ReadonlySignal<boolean> = computed(() =>
  session.value.kind === 'starting' ? device.read(hint) === 'merchant' : isMerchant.value,
)

// Kept in memory only: a script that got into the page of tomorrow finds nothing.
let accessToken: string | undefined
let timer: ReturnType<typeof setTimeout> | undefined

const renew = singleFlight(async (): Promise<boolean> => {
  try {
    const given = await oneTabAtATime(shop.refresh)
    if (given === undefined) {
      end()
      return false
    }
    begin(given)
    return true
  } catch (error) {
    // Only a refusal ends the session; a shop that cannot be reached may still know the customer later.
    if (isProblem(error) && error.status >= 400 && error.status < 500) end()
    else if (session.peek().kind === 'starting') session.value = { kind: 'anonymous' }
    return false
  }
})

/** Takes up the session of an earlier visit, if there was one. */
export async function startSession(): Promise<void> {
  giveCredentials({ token: () => accessToken, renew })
  addEventListener('storage', (event) => {
    if (event.key === hint && event.newValue === null) end()
  })
  addEventListener('online', () => {
    if (session.peek().kind === 'anonymous' && device.read(hint) !== null) void renew()
  })
  if (device.read(hint) === null) session.value = { kind: 'anonymous' }
  else await renew()
}

export async function signIn(email: string, password: string): Promise<void> {
  begin(await shop.signIn({ email, password }))
  // The theme follows the customer to a new device, but is not worth failing a sign-in for.
  shop.preferences().then(
    (preferences) => (theme.value = themeOf(preferences.theme)),
    () => undefined,
  )
}

export async function register(key: string, email: string, password: string, displayName: string): Promise<void> {
  begin(await shop.register(key, { email, password, displayName }))
}

export async function signOut(): Promise<void> {
  try {
    await shop.signOut()
  } finally {
    end()
  }
}

/** Every other session ends; this one goes on as a new one. */
export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  begin(await shop.changePassword({ currentPassword, newPassword }))
}

export function userChanged(changed: User): void {
  session.value = { kind: 'signed-in', user: changed }
}

function begin(given: Session): void {
  accessToken = given.accessToken
  session.value = { kind: 'signed-in', user: given.user }
  device.write(hint, isMerchant.peek() ? 'merchant' : 'yes')
  clearTimeout(timer)
  const leftMs = Date.parse(given.accessExpiresAt) - Date.now() - renewBeforeMs
  // A device with a wrong clock must not renew in a loop.
  timer = setTimeout(() => void renew(), Math.min(Math.max(leftMs, 15_000), 3_600_000))
}

function end(): void {
  accessToken = undefined
  clearTimeout(timer)
  device.write(hint, undefined)
  session.value = { kind: 'anonymous' }
}

/** A refresh token works once and all tabs share it: two tabs renewing at the same time would end the session. */
function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request('ashlar.session', work) : work()
}
