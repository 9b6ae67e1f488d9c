import type { Credentials } from './repository.ts'
import type { Preferences } from './user.ts'

interface StoredUser {
  credentials: Credentials
  preferences: Preferences
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
  usedAtMs: number | undefined
}

/** What the repositories in memory share. */
export interface MemoryTables {
  readonly users: Map<string, StoredUser>
  readonly byEmail: Map<string, StoredUser>
  readonly sessions: Map<string, StoredSession>
  /** By hash. */
  readonly tokens: Map<string, StoredToken>
}

export function memoryTables(): MemoryTables {
  return { users: new Map(), byEmail: new Map(), sessions: new Map(), tokens: new Map() }
}
