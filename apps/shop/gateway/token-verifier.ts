import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose'
import { runCall, systemClock, toDate, type Clock, type Principal } from '@ashlar/kernel'
import { ShopError } from '../services/shared/shop-errors.ts'

/** Where the signing keys come from. */
export type FetchKeys = () => Promise<JSONWebKeySet>

export type VerifyToken = (token: string) => Promise<Principal>

/** Longer tokens are refused unread. */
const longestToken = 8_192
/** Keys are fetched again for an unknown key id, but not more often than this: forged ids must not become load. */
const refetchAfterMs = 5_000
const fetchTimeoutMs = 3_000

/**
 * Verifies access tokens: EdDSA only, with issuer, audience, subject and expiry required.
 *
 * Keys are fetched when first needed, kept, and fetched again when a token names a key that is not among them. When
 * they cannot be fetched, that error is thrown as it is: "we cannot check" is not "you are not who you say".
 * @throws {ShopError} SHOP_TOKEN_INVALID for every token that does not verify, saying only whether it has expired.
 */
export function createTokenVerifier(fetchKeys: FetchKeys, clock: Clock = systemClock): VerifyToken {
  const keys = new KeyCache(fetchKeys, clock)
  return async (token) => {
    if (token.length > longestToken) throw invalidToken()
    try {
      return toPrincipal(await keys.verify(token))
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new ShopError('SHOP_TOKEN_INVALID', 'the access token has expired; refresh the session', { cause: error })
      }
      if (error instanceof errors.JOSEError) throw invalidToken(error)
      throw error
    }
  }
}

type KeyResolver = ReturnType<typeof createLocalJWKSet>

class KeyCache {
  readonly #fetchKeys: FetchKeys
  readonly #clock: Clock
  #resolve: KeyResolver | undefined
  #fetching: Promise<void> | undefined
  #fetchedAtMs = -Infinity
  /** Why the last fetch failed; `undefined` when it did not. */
  #failure: unknown

  constructor(fetchKeys: FetchKeys, clock: Clock) {
    this.#fetchKeys = fetchKeys
    this.#clock = clock
  }

  async verify(token: string): Promise<JWTPayload> {
    if (this.#resolve === undefined) await this.#fetch()
    try {
      return await this.#verifyWithKeys(token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      if (this.#clock.now() - this.#fetchedAtMs < refetchAfterMs) throw this.#failure ?? error
      await this.#fetch()
      return this.#verifyWithKeys(token)
    }
  }

  async #verifyWithKeys(token: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.#resolve as KeyResolver, {
      algorithms: ['EdDSA'],
      issuer: 'ashlar-shop',
      audience: 'shop',
      requiredClaims: ['exp', 'sub'],
      currentDate: toDate(this.#clock.wall()),
    })
    return payload
  }

  /** One fetch at a time, whoever asks. */
  #fetch(): Promise<void> {
    this.#fetching ??= (async () => {
      try {
        // A call of its own: the one who happens to ask first may go away without failing the others.
        const keys = await runCall({ parent: null, timeoutMs: fetchTimeoutMs, clock: this.#clock }, this.#fetchKeys)
        this.#resolve = resolverOf(keys)
        this.#failure = undefined
      } catch (error) {
        this.#failure = error
        throw error
      } finally {
        this.#fetchedAtMs = this.#clock.now()
        this.#fetching = undefined
      }
    })()
    return this.#fetching
  }
}

/** An answer that is no key set comes from a user service in trouble, and says nothing about the token. */
function resolverOf(keys: JSONWebKeySet): KeyResolver {
  try {
    return createLocalJWKSet(keys)
  } catch (cause) {
    const message = 'access tokens cannot be checked just now; try again in a moment'
    throw new ShopError('SHOP_BUSY', message, { retryAfterMs: 1_000, cause })
  }
}

function toPrincipal(payload: JWTPayload): Principal {
  const roles = Array.isArray(payload.roles) ? payload.roles.map(String) : []
  return { subject: payload.sub as string, roles }
}

function invalidToken(cause?: unknown): ShopError {
  return new ShopError('SHOP_TOKEN_INVALID', 'the access token is not valid; sign in again', { cause })
}
