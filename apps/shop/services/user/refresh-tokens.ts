import { createHmac } from 'node:crypto'
import { randomToken, type Random } from '@ashlar/kernel'
import type { SigningKey } from './repository.ts'

export interface RefreshTokens {
  first(): string
  /**
   * The token that comes after: always the same one, so that a client that never got it can be given it again, though
   * only its hash is kept. Nobody can tell it from the token before without the key, and whoever has the key can sign
   * access tokens anyway.
   */
  successor(token: string): string
}

export function createRefreshTokens({ key, random }: { key: SigningKey; random: Random }): RefreshTokens {
  // A key of its own, derived: what signs is used for nothing else.
  const successorKey = createHmac('sha256', key.privateJwk.d).update('successors of refresh tokens').digest()
  return {
    first: () => randomToken(random, 32),
    successor: (token) => createHmac('sha256', successorKey).update(token).digest('base64url'),
  }
}
