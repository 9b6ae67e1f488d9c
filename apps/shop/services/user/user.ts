import { characterCount, type Checker } from '../shared/validate.ts'
import type { Address } from '../shared/address.ts'
import type { Role } from '../shared/roles.ts'

export interface User {
  readonly id: string
  /** Normalised: see {@link normaliseEmail}. */
  readonly email: string
  readonly displayName: string
  /** Undefined until the customer saves one. */
  readonly address: Address | undefined
  readonly createdAtMs: number
  /** The highest that they have. */
  readonly role: Role
}

/** What a customer of this role may do: all of it. */
export function rolesOf(role: Role): readonly Role[] {
  return role === 'merchant' ? ['customer', 'merchant'] : ['customer']
}

export type Theme = 'system' | 'light' | 'dark'

export interface Preferences {
  readonly theme: Theme
  readonly newsletter: boolean
  readonly orderEmails: boolean
}

/** What a customer has chosen who has chosen nothing yet: no advertising unless asked for. */
export const defaultPreferences: Preferences = { theme: 'system', newsletter: false, orderEmails: true }

/** One spelling for one mailbox. No large provider tells capitals apart, and people do not type them alike. */
export function normaliseEmail(text: string): string {
  return text.trim().normalize('NFC').toLowerCase()
}

// RFC 5321's mailbox without quoted local parts and address literals, which no customer has: ASCII, dots between atoms,
// a domain of two labels or more.
const mailbox =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/

/** Notes an issue unless `text`, normalised, can be an e-mail address. Returns it normalised. */
export function checkEmail(check: Checker, path: string, text: string): string {
  const email = normaliseEmail(text)
  if (email === '') check.issue(path, 'is required')
  else if (email.length > 254 || email.lastIndexOf('@') > 64 || !mailbox.test(email)) {
    check.issue(path, 'must be an e-mail address, such as ann@example.com')
  }
  return email
}

/** Notes an issue unless `password` may be set. Never trimmed: spaces are part of it. Never repeated in the message. */
export function checkNewPassword(check: Checker, path: string, password: string): string {
  const length = characterCount(password)
  if (length < 10 || length > 200) check.issue(path, 'must be 10 to 200 characters')
  return password
}
