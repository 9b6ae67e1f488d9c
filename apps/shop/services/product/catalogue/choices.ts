import { createHash } from 'node:crypto'

/** A row of choices that looks random and is the same on every machine: it follows from a name. */
export interface Choices {
  /** A whole number in [0, `below`). */
  below(below: number): number
  pick<T>(from: readonly T[]): T
}

/** Source: C. Doty-Humphrey's sfc32 (public domain), with the SHA-256 of the name as its state. */
export function choicesFor(name: string): Choices {
  const seed = createHash('sha256').update(name).digest()
  let [a, b, c, counter] = [seed.readInt32LE(0), seed.readInt32LE(4), seed.readInt32LE(8), seed.readInt32LE(12)]
  const below = (limit: number): number => {
    const mixed = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + mixed) | 0
    return Math.floor(((mixed >>> 0) / 2 ** 32) * limit)
  }
  return { below, pick: (from) => from[below(from.length)] as (typeof from)[number] }
}

/** A UUID that follows from a name. Source: RFC 9562, 5.5 (version 5), in a namespace of this shop's own. */
export function uuidFromName(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16)
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

const namespace = Buffer.from('5d3c1f6e0b5247f19a5f6d0e6c1b7a42', 'hex')
