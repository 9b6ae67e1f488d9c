import { createHash, createPrivateKey } from 'node:crypto'
import { SignJWT, importJWK, type JSONWebKeySet } from 'jose'
import type { Clock, Random } from '@ashlar/kernel'
import type { Role } from '../shared/roles.ts'
import type { SigningKey } from './repository.ts'

/** Who issues access tokens and for whom: what a verifier must ask for. */
const issuer = 'ashlar-shop'
const audience = 'shop'

const lifetimeMs = 10 * 60_000

export interface AccessTokens {
  /** A signed statement that its bearer is `userId` and may do what `roles` may, good for ten minutes. */
  issue(userId: string, roles: readonly Role[]): Promise<{ readonly token: string; readonly expiresAtMs: number }>
  /** The public keys with which anybody can check one. */
  readonly jwks: JSONWebKeySet
}

export async function createAccessTokens(options: {
  key: SigningKey
  clock: Clock
  newId: () => string
}): Promise<AccessTokens> {
  const { key, clock, newId } = options
  const { kty, crv, x } = key.privateJwk
  const privateKey = await importJWK({ ...key.privateJwk }, 'EdDSA')
  return {
    jwks: { keys: [{ kty, crv, x, kid: key.kid, alg: 'EdDSA', use: 'sig' }] },
    async issue(userId, roles) {
      const issuedAt = Math.floor(clock.wall() / 1_000)
      const expiresAt = issuedAt + lifetimeMs / 1_000
      const token = await new SignJWT({ roles })
        .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(newId())
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(privateKey)
      return { token, expiresAtMs: expiresAt * 1_000 }
    },
  }
}

// The DER in front of an Ed25519 seed. Source: RFC 8410, 7.
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A new key pair. Its id is its thumbprint (RFC 7638), so that two keys never share one. */
export function newSigningKey(random: Random): SigningKey {
  const der = Buffer.concat([pkcs8Prefix, random.fill(new Uint8Array(32))])
  const jwk = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' })
  const { x, d } = jwk as { x: string; d: string }
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')
  return { kid, privateJwk: { kty: 'OKP', crv: 'Ed25519', x, d } }
}
