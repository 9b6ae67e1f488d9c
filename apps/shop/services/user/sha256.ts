import { createHash } from 'node:crypto'

/** base64url. Enough for what was made of 32 random bytes: there is nothing to guess, so neither salt nor time is needed. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
