import type { Clock } from '@ashlar/kernel'
import type { Log } from '../shared/log.ts'
import { resetTokenInvalid, userNotFound, wrongPassword } from './errors.ts'
import { createGate } from './gate.ts'
import type { Passwords } from './passwords.ts'
import type { UserStore } from './repository.ts'
import type { Session, Sessions } from './sessions.ts'
import { sha256 } from './sha256.ts'
import { normaliseEmail } from './user.ts'

/** Whoever sets a new password ends all sessions; access tokens that are out already run out within ten minutes. */
export interface PasswordChanges {
  /** Takes as long, and answers the same, whether there is such a customer or not. The mail comes later. */
  requestPasswordReset(email: string): Promise<void>
  resetPassword(input: { token: string; newPassword: string }): Promise<void>
  changePassword(userId: string, input: { currentPassword: string; newPassword: string }): Promise<Session>
}

export interface PasswordChangesOptions {
  readonly store: UserStore
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
}

const linkLifetimeMs = 30 * 60_000
/** Mails to one customer, in a time: nobody can flood somebody else's mailbox. */
const maxRequests = 3
export const requestsCountForMs: number = 60 * 60_000

export function createPasswordChanges(options: PasswordChangesOptions): PasswordChanges {
  const { store, passwords, sessions, clock, newId, log } = options
  // Half of the connections that transactions have, so that requests never keep the others waiting.
  const gate = createGate({ name: 'password resets', maxRunning: 4, maxWaiting: 64, retryAfterMs: 1_000 })
  return {
    async requestPasswordReset(address) {
      const [id, email, nowMs] = [newId(), normaliseEmail(address), clock.wall()]
      const [expiresAtMs, sinceMs] = [nowMs + linkLifetimeMs, nowMs - requestsCountForMs]
      const request = { id, email, nowMs, expiresAtMs, sinceMs, maxRequests }
      await gate.run(() => store.passwords.requestReset(request))
      log.info({ resetId: id, emailHash: sha256(email).slice(0, 12) }, 'password reset requested')
    },
    async resetPassword({ token, newPassword }) {
      const tokenHash = sha256(token)
      // Asked first, so that made-up tokens cost no computation.
      if (!(await store.passwords.isResetLive(tokenHash, clock.wall()))) throw resetTokenInvalid()
      const passwordHash = await passwords.hash(newPassword)
      const userId = await store.passwords.reset({ tokenHash, passwordHash, nowMs: clock.wall() })
      if (userId === undefined) throw resetTokenInvalid()
      log.info({ userId }, 'password reset; all sessions ended')
    },
    async changePassword(userId, { currentPassword, newPassword }) {
      const found = await store.users.find(userId)
      if (found === undefined) throw userNotFound()
      const { user, passwordHash: from } = found
      if (!(await passwords.verify(currentPassword, from))) {
        // A repeat, for its answer was lost: the password is the new one already, and whoever knows it may sign in.
        if (await passwords.verify(newPassword, from)) return sessions.start(found)
        log.warn({ userId }, 'password change refused: the current one was wrong')
        throw wrongPassword()
      }
      const to = await passwords.hash(newPassword)
      if (!(await store.passwords.change({ userId, from, to, nowMs: clock.wall() }))) throw wrongPassword()
      log.info({ userId }, 'password changed; all sessions ended')
      return sessions.start({ user, passwordHash: to })
    },
  }
}
