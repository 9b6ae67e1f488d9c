import type { Random } from '@ashlar/kernel'

// Without I, L, O and U, which are misread or misheard. Source: D. Crockford, Base32.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * A number for people, such as `A7K2-9QXM`: 40 random bits, so it tells nothing about other orders. Two of a million
 * orders share a number with a probability of about a third; the database refuses the second, which then gets another.
 */
export function orderNumber(random: Random): string {
  const symbols = [...random.fill(new Uint8Array(8))].map((byte) => alphabet[byte & 31])
  return `${symbols.slice(0, 4).join('')}-${symbols.slice(4).join('')}`
}
