import { memoryTransaction, type MemoryTransaction } from '@ashlar/sql/memory'
import type { Outbox } from '@ashlar/sql/outbox'
import type { MemoryTables } from './memory-tables.ts'
import { resetRequest, type PasswordRepository } from './repository.ts'

interface StoredReset {
  readonly userId: string
  readonly email: string
  readonly requestedAtMs: number
  readonly expiresAtMs: number
  tokenHash: string | undefined
  ended: boolean
}

export function memoryPasswords(tables: MemoryTables, outbox: Outbox<MemoryTransaction>): PasswordRepository {
  const resets = new Map<string, StoredReset>()
  const live = (nowMs: number): StoredReset[] =>
    [...resets.values()].filter(({ ended, expiresAtMs }) => !ended && expiresAtMs > nowMs)
  const byToken = (tokenHash: string, nowMs: number): StoredReset | undefined =>
    live(nowMs).find((reset) => reset.tokenHash === tokenHash)
  const endResets = (userId: string): void => {
    for (const reset of resets.values()) if (reset.userId === userId) reset.ended = true
  }
  const setPassword = (userId: string, passwordHash: string): void => {
    const stored = tables.users.get(userId)
    if (stored !== undefined) stored.credentials = { ...stored.credentials, passwordHash }
    for (const session of tables.sessions.values()) if (session.userId === userId) session.ended = true
    endResets(userId)
  }
  return {
    async change({ userId, from, to }) {
      if (tables.users.get(userId)?.credentials.passwordHash !== from) return false
      setPassword(userId, to)
      return true
    },
    async requestReset({ id, email, nowMs, expiresAtMs, sinceMs, maxRequests }) {
      await memoryTransaction(async (tx) => {
        await outbox.put(tx, [resetRequest(id, email)])
        const userId = tables.byEmail.get(email)?.credentials.user.id
        const recent = [...resets.values()].filter((one) => one.userId === userId && one.requestedAtMs > sinceMs)
        if (userId === undefined || recent.length >= maxRequests) return
        endResets(userId)
        resets.set(id, { userId, email, requestedAtMs: nowMs, expiresAtMs, tokenHash: undefined, ended: false })
      })
    },
    async armReset(id, tokenHash, nowMs) {
      const reset = resets.get(id)
      if (reset === undefined || reset.ended || reset.expiresAtMs <= nowMs) return undefined
      reset.tokenHash = tokenHash
      return { email: reset.email }
    },
    isResetLive: async (tokenHash, nowMs) => byToken(tokenHash, nowMs) !== undefined,
    async reset({ tokenHash, passwordHash, nowMs }) {
      const userId = byToken(tokenHash, nowMs)?.userId
      if (userId !== undefined) setPassword(userId, passwordHash)
      return userId
    },
    async purgeResets(beforeMs, limit) {
      const old = [...resets].filter(([, { requestedAtMs }]) => requestedAtMs < beforeMs).slice(0, limit)
      for (const [id] of old) resets.delete(id)
      return old.length
    },
  }
}
