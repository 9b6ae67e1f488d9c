import type { Clock } from '@ashlar/kernel'
import type { Log } from '../shared/log.ts'
import type { AccessTokens } from './access-tokens.ts'
import { badCredentials, sessionExpired } from './errors.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import type { Credentials, KeptToken, SessionRepository } from './repository.ts'
import { sha256 } from './sha256.ts'
import { rolesOf, type User } from './user.ts'

export interface Session {
  readonly user: User
  readonly accessToken: string
  readonly accessExpiresAtMs: number
  /** The only copy: what is kept is its hash. */
  readonly refreshToken: string
}

export interface Sessions {
  /** For who has just proved to be this customer. @throws {ShopError} SHOP_BAD_CREDENTIALS if not any more. */
  start(proved: Pick<Credentials, 'user' | 'passwordHash'>): Promise<Session>
  refresh(refreshToken: string): Promise<Session>
  logout(refreshToken: string): Promise<void>
}

export interface SessionsOptions {
  readonly store: { readonly sessions: SessionRepository }
  readonly tokens: AccessTokens
  readonly refreshTokens: RefreshTokens
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
}

const refreshLifetimeMs = 30 * 86_400_000
/** For so long a client that did not get the answer to a refresh may ask again. */
const repeatMs = 10_000

export function createSessions(options: SessionsOptions): Sessions {
  const { store, tokens, refreshTokens, clock, newId, log } = options
  const kept = (token: string): KeptToken => ({ hash: sha256(token), expiresAtMs: clock.wall() + refreshLifetimeMs })
  const session = async (user: User, refreshToken: string): Promise<Session> => {
    const { token, expiresAtMs } = await tokens.issue(user.id, rolesOf(user.role))
    return { user, accessToken: token, accessExpiresAtMs: expiresAtMs, refreshToken }
  }
  return {
    async start({ user, passwordHash }) {
      const token = refreshTokens.first()
      const start = { id: newId(), userId: user.id, passwordHash, token: kept(token), nowMs: clock.wall() }
      if (!(await store.sessions.start(start))) throw badCredentials()
      return session(user, token)
    },
    async refresh(refreshToken) {
      const next = refreshTokens.successor(refreshToken)
      const rotation = await store.sessions.rotate({
        hash: sha256(refreshToken),
        next: kept(next),
        nowMs: clock.wall(),
        repeatMs,
      })
      if (rotation.kind === 'rotated' || rotation.kind === 'repeated') return session(rotation.user, next)
      if (rotation.kind === 'reused') {
        log.warn({ userId: rotation.userId, sessionId: rotation.sessionId }, 'refresh token reused; session ended')
      }
      throw sessionExpired()
    },
    logout: (refreshToken) => store.sessions.end(sha256(refreshToken), clock.wall()),
  }
}
