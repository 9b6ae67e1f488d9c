import { createHash } from 'node:crypto'
import { randomToken, type Clock, type Random } from '@ashlar/kernel'
import type { Address } from '../shared/address.ts'
import type { Log } from '../shared/log.ts'
import type { AccessTokens } from './access-tokens.ts'
import { badCredentials, sessionExpired, userNotFound } from './errors.ts'
import type { Passwords } from './passwords.ts'
import type { KeptToken, UserStore } from './repository.ts'
import { normaliseEmail, type Preferences, type User } from './user.ts'

export interface Session {
  readonly user: User
  readonly accessToken: string
  readonly accessExpiresAtMs: number
  /** The only copy: what is kept is its hash. */
  readonly refreshToken: string
}

/** What customers can do with their accounts. Inputs have been checked; ids are those of the signed-in customer. */
export interface Accounts {
  register(input: { email: string; password: string; displayName: string }): Promise<Session>
  login(input: { email: string; password: string }): Promise<Session>
  refresh(refreshToken: string): Promise<Session>
  logout(refreshToken: string): Promise<void>
  profile(userId: string): Promise<User>
  updateProfile(userId: string, change: { displayName?: string; address?: Address }): Promise<User>
  preferences(userId: string): Promise<Preferences>
  updatePreferences(userId: string, preferences: Preferences): Promise<void>
}

export interface AccountsOptions {
  readonly store: UserStore
  readonly passwords: Passwords
  readonly tokens: AccessTokens
  readonly clock: Clock
  readonly random: Random
  readonly newId: () => string
  readonly log: Log
}

const refreshLifetimeMs = 30 * 86_400_000

export function createAccounts(options: AccountsOptions): Accounts {
  const { store, passwords, clock, newId, log } = options
  return {
    ...sessionsOf(options),
    async register({ email, password, displayName }) {
      const user: User = {
        id: newId(),
        email: normaliseEmail(email),
        displayName,
        address: undefined,
        createdAtMs: clock.wall(),
      }
      await store.users.insert(user, await passwords.hash(password))
      log.info({ userId: user.id }, 'customer registered')
      return startSession(options, user)
    },
    async login({ email, password }) {
      const normalised = normaliseEmail(email)
      const found = await store.users.findByEmail(normalised)
      if (!(await passwords.verify(password, found?.passwordHash)) || found === undefined) {
        log.warn({ userId: found?.user.id, emailHash: sha256(normalised).slice(0, 12) }, 'login failed')
        throw badCredentials()
      }
      return startSession(options, found.user)
    },
    profile: async (userId) => existing(await store.users.find(userId)),
    updateProfile: async (userId, change) => existing(await store.users.update(userId, change)),
    preferences: async (userId) => existing(await store.users.preferences(userId)),
    async updatePreferences(userId, preferences) {
      if (!(await store.users.setPreferences(userId, preferences))) throw userNotFound()
    },
  }
}

function sessionsOf(options: AccountsOptions): Pick<Accounts, 'refresh' | 'logout'> {
  const { store, clock, log } = options
  return {
    async refresh(refreshToken) {
      const next = newRefreshToken(options)
      const rotation = await store.sessions.rotate({
        hash: sha256(refreshToken),
        next: next.kept,
        nowMs: clock.wall(),
      })
      if (rotation.kind === 'rotated') return sessionFor(options, rotation.user, next.refreshToken)
      if (rotation.kind === 'reused') {
        log.warn({ userId: rotation.userId, sessionId: rotation.sessionId }, 'refresh token reused; session ended')
      }
      throw sessionExpired()
    },
    logout: (refreshToken) => store.sessions.end(sha256(refreshToken), clock.wall()),
  }
}

async function startSession(options: AccountsOptions, user: User): Promise<Session> {
  const { store, clock, newId } = options
  const { refreshToken, kept } = newRefreshToken(options)
  await store.sessions.start({ id: newId(), userId: user.id, token: kept, nowMs: clock.wall() })
  return sessionFor(options, user, refreshToken)
}

async function sessionFor(options: AccountsOptions, user: User, refreshToken: string): Promise<Session> {
  const { token, expiresAtMs } = await options.tokens.issue(user.id)
  return { user, accessToken: token, accessExpiresAtMs: expiresAtMs, refreshToken }
}

function newRefreshToken({ random, clock }: AccountsOptions): { refreshToken: string; kept: KeptToken } {
  const refreshToken = randomToken(random, 32)
  return { refreshToken, kept: { hash: sha256(refreshToken), expiresAtMs: clock.wall() + refreshLifetimeMs } }
}

// 32 random bytes need neither salt nor a slow hash: there is nothing to guess.
function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function existing<T>(found: T | undefined): T {
  if (found === undefined) throw userNotFound()
  return found
}
