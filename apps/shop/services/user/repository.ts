import type { NewMessage } from '@ashlar/sql/outbox'
import type { Address } from '../shared/address.ts'
import type { Role } from '../shared/roles.ts'
import { sha256 } from './sha256.ts'
import type { Preferences, User } from './user.ts'

/** A customer with what they prove with that they are. */
export interface Credentials {
  readonly user: User
  readonly passwordHash: string
  /** SHA-256 of the idempotency key of the registration; undefined when it had none. */
  readonly registrationKeyHash: string | undefined
}

/** Customers by id and by e-mail address. */
export interface UserRepository {
  /** @throws {ShopError} SHOP_EMAIL_TAKEN, also when two registrations race. */
  insert(registration: Credentials): Promise<void>
  /** @param email normalised */
  findByEmail(email: string): Promise<Credentials | undefined>
  find(id: string): Promise<Credentials | undefined>
  /** An undefined field is left as it is. Undefined when there is no such customer. */
  update(id: string, change: { displayName?: string; address?: Address }): Promise<User | undefined>
  /** Undefined when there is no such customer. @param email normalised */
  setRole(email: string, role: Role): Promise<User | undefined>
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

export interface TokenRotation {
  readonly hash: string
  /** Its successor. */
  readonly next: KeptToken
  readonly nowMs: number
  /** For how long the same can be asked again. */
  readonly repeatMs: number
}

type Rotation =
  /** The token was good; it is used up now and its successor is kept. */
  | { readonly kind: 'rotated'; readonly sessionId: string; readonly user: User }
  /** The token was used a moment ago and its successor, the one that was offered again, has not been: nothing changed. */
  | { readonly kind: 'repeated'; readonly sessionId: string; readonly user: User }
  /** The token had been used before: it, or its successor, is in the wrong hands. The session has been ended. */
  | { readonly kind: 'reused'; readonly sessionId: string; readonly userId: string }
  /** Unknown or expired, or its session has ended. */
  | { readonly kind: 'gone' }

/** Sessions, each a chain of refresh tokens of which only the last one works. */
export interface SessionRepository {
  /**
   * False when the customer's password is no longer the one of `passwordHash`: who proved themselves with the old one
   * must not have a session that a change of the password did not end.
   */
  start(session: {
    id: string
    userId: string
    passwordHash: string
    token: KeptToken
    nowMs: number
  }): Promise<boolean>
  /**
   * Atomic: of any number of rotations of one token exactly one is `rotated`; those that offer the same successor within
   * `repeatMs` of it are `repeated`. Forgets the session's expired tokens, so that one which is used for years does not
   * gather them.
   */
  rotate(rotation: TokenRotation): Promise<Rotation>
  /** Ends the session that the token belongs to, be the token used or not. Unknown tokens are fine. */
  end(hash: string, nowMs: number): Promise<void>
  /** Deletes up to `limit` sessions whose last token has expired. Returns how many. */
  purge(nowMs: number, limit: number): Promise<number>
}

/** Passwords that change. Every change ends all sessions of the customer, and every link that was asked for. */
export interface PasswordRepository {
  /** False, and nothing is done, when the password is no longer the one of `from`. */
  change(change: { userId: string; from: string; to: string; nowMs: number }): Promise<boolean>
  /**
   * Notes that a link was asked for, which replaces the one before, and puts its {@link resetRequest} message into the
   * outbox, in one transaction. For an address that nobody has, or that had `maxRequests` since
   * `sinceMs`, the message is all there is: to the one who asks there is no difference, also in time.
   */
  requestReset(request: {
    id: string
    email: string
    nowMs: number
    expiresAtMs: number
    sinceMs: number
    maxRequests: number
  }): Promise<void>
  /**
   * Makes the token of a request, or takes the place of the one that it had, and says whose it is. Undefined when there
   * is nothing to send: the request is unknown, has expired, or has ended.
   */
  armReset(id: string, tokenHash: string, nowMs: number): Promise<{ readonly email: string } | undefined>
  isResetLive(tokenHash: string, nowMs: number): Promise<boolean>
  /** Uses the token up: its customer's id, or undefined when it is not live. */
  reset(change: { tokenHash: string; passwordHash: string; nowMs: number }): Promise<string | undefined>
  /** Deletes up to `limit` requests of before `beforeMs`. Returns how many. */
  purgeResets(beforeMs: number, limit: number): Promise<number>
}

/**
 * The message of a request. It holds neither the address nor a token: who relays it makes the token (`armReset`), so
 * that none is ever written down but in the mail.
 */
export function resetRequest(id: string, email: string): NewMessage {
  return { id, key: sha256(email), type: 'user.password-reset-requested', payload: {} }
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
  readonly passwords: PasswordRepository
  readonly keys: SigningKeyRepository
}
