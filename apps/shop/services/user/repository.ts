import type { Address } from '../shared/address.ts'
import type { Preferences, User } from './user.ts'

/** Customers by id and by e-mail address. */
export interface UserRepository {
  /** @throws {ShopError} SHOP_EMAIL_TAKEN, also when two registrations race. */
  insert(user: User, passwordHash: string): Promise<void>
  /** @param email normalised */
  findByEmail(email: string): Promise<{ readonly user: User; readonly passwordHash: string } | undefined>
  find(id: string): Promise<User | undefined>
  /** An undefined field is left as it is. Undefined when there is no such customer. */
  update(id: string, change: { displayName?: string; address?: Address }): Promise<User | undefined>
  /** Undefined when there is no such customer. */
  preferences(id: string): Promise<Preferences | undefined>
  /** False when there is no such customer. */
  setPreferences(id: string, preferences: Preferences): Promise<boolean>
}

/** A refresh token as it is kept: a copy of the table signs nobody in. */
export interface KeptToken {
  /** SHA-256 of the token, base64url. */
  readonly hash: string
  readonly expiresAtMs: number
}

type Rotation =
  /** The token was good; it is used up now and its successor is kept. */
  | { readonly kind: 'rotated'; readonly sessionId: string; readonly user: User }
  /** The token had been used before: it, or its successor, is in the wrong hands. The session has been ended. */
  | { readonly kind: 'reused'; readonly sessionId: string; readonly userId: string }
  /** Unknown or expired, or its session has ended. */
  | { readonly kind: 'gone' }

/** Sessions, each a chain of refresh tokens of which only the last one works. */
export interface SessionRepository {
  start(session: { id: string; userId: string; token: KeptToken; nowMs: number }): Promise<void>
  /**
   * Atomic: of any number of rotations of one token exactly one is `rotated`. Forgets the session's expired tokens, so
   * that one which is used for years does not gather them.
   */
  rotate(change: { hash: string; next: KeptToken; nowMs: number }): Promise<Rotation>
  /** Ends the session that the token belongs to, be the token used or not. Unknown tokens are fine. */
  end(hash: string, nowMs: number): Promise<void>
  /** Deletes up to `limit` sessions whose last token has expired. Returns how many. */
  purge(nowMs: number, limit: number): Promise<number>
}

/** An Ed25519 key pair as RFC 8037 writes it. */
export interface SigningKey {
  readonly kid: string
  readonly privateJwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string; readonly d: string }
}

export interface SigningKeyRepository {
  /** Keeps `candidate` unless there is a key already. Returns the kept one: the same for everybody who asks. */
  ensure(candidate: SigningKey): Promise<SigningKey>
}

export interface UserStore {
  readonly users: UserRepository
  readonly sessions: SessionRepository
  readonly keys: SigningKeyRepository
}
