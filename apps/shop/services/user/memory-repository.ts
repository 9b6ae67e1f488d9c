import { createMemoryOutbox, type MemoryTransaction } from '@ashlar/sql/memory'
import type { Outbox } from '@ashlar/sql/outbox'
import { emailTaken } from './errors.ts'
import { memoryPasswords } from './memory-passwords.ts'
import { memorySessions } from './memory-sessions.ts'
import { memoryTables, type MemoryTables } from './memory-tables.ts'
import type { SigningKey, SigningKeyRepository, UserRepository, UserStore } from './repository.ts'
import { defaultPreferences, type User } from './user.ts'

/**
 * Everything in maps of this process: for tests, and for running the shop without a database.
 * @param outbox where requests for a password link go; whoever gives none sends none.
 */
export function memoryUserStore(outbox: Outbox<MemoryTransaction> = createMemoryOutbox()): UserStore {
  const tables = memoryTables()
  return {
    users: memoryUsers(tables),
    sessions: memorySessions(tables),
    passwords: memoryPasswords(tables, outbox),
    keys: memoryKeys(),
  }
}

function memoryUsers({ users, byEmail }: MemoryTables): UserRepository {
  const change = (id: string, changed: Partial<User>): User | undefined => {
    const stored = users.get(id)
    if (stored === undefined) return undefined
    stored.credentials = { ...stored.credentials, user: { ...stored.credentials.user, ...changed } }
    return stored.credentials.user
  }
  return {
    async insert(credentials) {
      const { id, email } = credentials.user
      if (byEmail.has(email)) throw emailTaken()
      const stored = { credentials, preferences: defaultPreferences }
      users.set(id, stored)
      byEmail.set(email, stored)
    },
    findByEmail: async (email) => byEmail.get(email)?.credentials,
    find: async (id) => users.get(id)?.credentials,
    update: async (id, changed) => change(id, changed),
    setRole: async (email, role) => change(byEmail.get(email)?.credentials.user.id ?? '', { role }),
    preferences: async (id) => users.get(id)?.preferences,
    async setPreferences(id, preferences) {
      const stored = users.get(id)
      if (stored === undefined) return false
      stored.preferences = preferences
      return true
    },
  }
}

function memoryKeys(): SigningKeyRepository {
  let kept: SigningKey | undefined
  return { ensure: async (candidate) => (kept ??= candidate) }
}
