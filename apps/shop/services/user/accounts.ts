import { hasCode, type Clock } from '@ashlar/kernel'
import type { RateDecision } from '@ashlar/resilience/rate-limit'
import type { Address } from '../shared/address.ts'
import type { Log } from '../shared/log.ts'
import type { AccessTokens } from './access-tokens.ts'
import { badCredentials, tooManyAttempts, userNotFound } from './errors.ts'
import { createPasswordChanges, type PasswordChanges } from './password-changes.ts'
import type { Passwords } from './passwords.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import type { Credentials, UserStore } from './repository.ts'
import { createSessions, type Session, type Sessions } from './sessions.ts'
import { sha256 } from './sha256.ts'
import { normaliseEmail, type Preferences, type User } from './user.ts'

interface Registration {
  readonly email: string
  readonly password: string
  readonly displayName: string
  /** Of the client's own making; empty, or not there, when it has none. */
  readonly idempotencyKey?: string
}

/** What customers can do with their accounts. Inputs have been checked; ids are those of the signed-in customer. */
export interface Accounts extends Pick<Sessions, 'refresh' | 'logout'>, PasswordChanges {
  /** A repeat, known by its key and proved by its password, signs in who registered already. */
  register(registration: Registration): Promise<Session>
  /**
   * However many addresses somebody tries passwords from, an account lets them try so often; a right one in between
   * changes nothing about that.
   */
  login(input: { email: string; password: string }): Promise<Session>
  profile(userId: string): Promise<User>
  updateProfile(userId: string, change: { displayName?: string; address?: Address }): Promise<User>
  preferences(userId: string): Promise<Preferences>
  updatePreferences(userId: string, preferences: Preferences): Promise<void>
}

/** Met by a `SharedRateLimiter`. */
interface LoginLimit {
  take(emailHash: string): Promise<Pick<RateDecision, 'allowed' | 'retryAfterMs'>>
}

export interface AccountsOptions {
  readonly store: UserStore
  readonly passwords: Passwords
  readonly tokens: AccessTokens
  readonly refreshTokens: RefreshTokens
  /** Attempts to sign in, by the digest of the e-mail address. */
  readonly loginLimit: LoginLimit
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
}

export function createAccounts(options: AccountsOptions): Accounts {
  const { store, passwords, loginLimit, log } = options
  const sessions = createSessions(options)
  return {
    refresh: (refreshToken) => sessions.refresh(refreshToken),
    logout: (refreshToken) => sessions.logout(refreshToken),
    ...createPasswordChanges({ ...options, sessions }),
    register: async (registration) => sessions.start(await registered(options, registration)),
    async login({ email, password }) {
      const normalised = normaliseEmail(email)
      const emailHash = sha256(normalised)
      // Before anything is looked up or computed: what is refused says nothing about the account, and costs little.
      const { allowed, retryAfterMs } = await loginLimit.take(emailHash)
      if (!allowed) throw tooManyAttempts(retryAfterMs)
      const found = await store.users.findByEmail(normalised)
      if (!(await passwords.verify(password, found?.passwordHash)) || found === undefined) {
        log.warn({ userId: found?.user.id, emailHash: emailHash.slice(0, 12) }, 'login failed')
        throw badCredentials()
      }
      return sessions.start(found)
    },
    profile: async (userId) => existing(await store.users.find(userId)).user,
    updateProfile: async (userId, change) => existing(await store.users.update(userId, change)),
    preferences: async (userId) => existing(await store.users.preferences(userId)),
    async updatePreferences(userId, preferences) {
      if (!(await store.users.setPreferences(userId, preferences))) throw userNotFound()
    },
  }
}

async function registered(options: AccountsOptions, registration: Registration): Promise<Credentials> {
  const { store, passwords, clock, newId, log } = options
  const { password, displayName, idempotencyKey = '' } = registration
  const email = normaliseEmail(registration.email)
  const keyHash = idempotencyKey === '' ? undefined : sha256(idempotencyKey)
  const credentials: Credentials = {
    user: { id: newId(), email, displayName, address: undefined, createdAtMs: clock.wall(), role: 'customer' },
    passwordHash: await passwords.hash(password),
    registrationKeyHash: keyHash,
  }
  try {
    await store.users.insert(credentials)
  } catch (error) {
    const earlier = hasCode(error, 'SHOP_EMAIL_TAKEN') ? await store.users.findByEmail(email) : undefined
    const isRepeat = keyHash !== undefined && earlier?.registrationKeyHash === keyHash
    if (!isRepeat || !(await passwords.verify(password, earlier.passwordHash))) throw error
    return earlier
  }
  log.info({ userId: credentials.user.id }, 'customer registered')
  return credentials
}

function existing<T>(found: T | undefined): T {
  if (found === undefined) throw userNotFound()
  return found
}
