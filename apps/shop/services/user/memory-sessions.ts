import type { MemoryTables } from './memory-tables.ts'
import type { SessionRepository } from './repository.ts'

export function memorySessions({ users, sessions, tokens }: MemoryTables): SessionRepository {
  return {
    async start({ id, userId, passwordHash, token }) {
      if (users.get(userId)?.credentials.passwordHash !== passwordHash) return false
      const session = { id, userId, hashes: [token.hash], expiresAtMs: token.expiresAtMs, ended: false }
      sessions.set(id, session)
      tokens.set(token.hash, { session, expiresAtMs: token.expiresAtMs, usedAtMs: undefined })
      return true
    },
    async rotate({ hash, next, nowMs, repeatMs }) {
      const token = tokens.get(hash)
      if (token === undefined || token.session.ended || token.expiresAtMs <= nowMs) return { kind: 'gone' }
      const { session } = token
      const user = users.get(session.userId)?.credentials.user
      if (user === undefined) return { kind: 'gone' }
      if (token.usedAtMs !== undefined) {
        const successor = tokens.get(next.hash)
        if (successor?.session === session && successor.usedAtMs === undefined && token.usedAtMs > nowMs - repeatMs) {
          return { kind: 'repeated', sessionId: session.id, user }
        }
        session.ended = true
        return { kind: 'reused', sessionId: session.id, userId: session.userId }
      }
      token.usedAtMs = nowMs
      for (const old of session.hashes) if ((tokens.get(old)?.expiresAtMs ?? 0) <= nowMs) tokens.delete(old)
      session.hashes = [...session.hashes.filter((old) => tokens.has(old)), next.hash]
      session.expiresAtMs = next.expiresAtMs
      tokens.set(next.hash, { session, expiresAtMs: next.expiresAtMs, usedAtMs: undefined })
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
