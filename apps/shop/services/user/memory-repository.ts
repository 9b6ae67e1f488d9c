import { emailTaken } from './errors.ts'
import type { SessionRepository, SigningKey, SigningKeyRepository, UserRepository, UserStore } from './repository.ts'
import { defaultPreferences, type Preferences, type User } from './user.ts'

/** Everything in maps of this process: for tests, and for running the shop without a database. */
export function memoryUserStore(): UserStore {
  const users = new Map<string, StoredUser>()
  return { users: memoryUsers(users), sessions: memorySessions(users), keys: memoryKeys() }
}

interface StoredUser {
  user: User
  readonly passwordHash: string
  preferences: Preferences
}

function memoryUsers(users: Map<string, StoredUser>): UserRepository {
  const byEmail = new Map<string, StoredUser>()
  return {
    async insert(user, passwordHash) {
      if (byEmail.has(user.email)) throw emailTaken()
      const stored = { user, passwordHash, preferences: defaultPreferences }
      users.set(user.id, stored)
      byEmail.set(user.email, stored)
    },
    async findByEmail(email) {
      return byEmail.get(email)
    },
    async find(id) {
      return users.get(id)?.user
    },
    async update(id, change) {
      const stored = users.get(id)
      if (stored === undefined) return undefined
      stored.user = { ...stored.user, ...change }
      return stored.user
    },
    async preferences(id) {
      return users.get(id)?.preferences
    },
    async setPreferences(id, preferences) {
      const stored = users.get(id)
      if (stored === undefined) return false
      stored.preferences = preferences
      return true
    },
  }
}

interface StoredSession {
  readonly id: string
  readonly userId: string
  hashes: string[]
  expiresAtMs: number
  ended: boolean
}

interface StoredToken {
  readonly session: StoredSession
  readonly expiresAtMs: number
  used: boolean
}

function memorySessions(users: Map<string, StoredUser>): SessionRepository {
  const sessions = new Map<string, StoredSession>()
  const tokens = new Map<string, StoredToken>()
  return {
    async start({ id, userId, token }) {
      const session = { id, userId, hashes: [token.hash], expiresAtMs: token.expiresAtMs, ended: false }
      sessions.set(id, session)
      tokens.set(token.hash, { session, expiresAtMs: token.expiresAtMs, used: false })
    },
    async rotate({ hash, next, nowMs }) {
      const token = tokens.get(hash)
      if (token === undefined || token.session.ended || token.expiresAtMs <= nowMs) return { kind: 'gone' }
      const { session } = token
      if (token.used) {
        session.ended = true
        return { kind: 'reused', sessionId: session.id, userId: session.userId }
      }
      const user = users.get(session.userId)?.user
      if (user === undefined) return { kind: 'gone' }
      token.used = true
      for (const old of session.hashes) if ((tokens.get(old)?.expiresAtMs ?? 0) <= nowMs) tokens.delete(old)
      session.hashes = [...session.hashes.filter((old) => tokens.has(old)), next.hash]
      session.expiresAtMs = next.expiresAtMs
      tokens.set(next.hash, { session, expiresAtMs: next.expiresAtMs, used: false })
      return { kind: 'rotated', sessionId: session.id, user }
    },
    async end(hash) {
      const token = tokens.get(hash)
      if (token !== undefined) token.session.ended = true
    },
    async purge(nowMs, limit) {
      const expired = [...sessions.values()].filter(({ expiresAtMs }) => expiresAtMs <= nowMs).slice(0, limit)
      for (const session of expired) {
        sessions.delete(session.id)
        for (const hash of session.hashes) tokens.delete(hash)
      }
      return expired.length
    },
  }
}

function memoryKeys(): SigningKeyRepository {
  let kept: SigningKey | undefined
  return { ensure: async (candidate) => (kept ??= candidate) }
}
