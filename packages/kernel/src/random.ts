/** The only source of randomness, passed in like the clock so that tests can repeat a run from its seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Fills `target` with random bytes and returns it. Unpredictable when the source is the system's. */
  fill(target: Uint8Array): Uint8Array
}

// Asking the system costs 6 us however little is wanted, and every span id asks: so it is asked for a page at a time.
const pool = new Uint8Array(4_096)
let used = pool.length

/** The machine's randomness: `fill` is cryptographically strong, `next` is fast and is not. */
export const systemRandom: Random = {
  next: () => Math.random(),
  fill(target) {
    if (target.length > pool.length) {
      for (let from = 0; from < target.length; from += 65_536) {
        crypto.getRandomValues(target.subarray(from, from + 65_536) as Uint8Array<ArrayBuffer>)
      }
      return target
    }
    if (used + target.length > pool.length) {
      crypto.getRandomValues(pool)
      used = 0
    }
    const end = used + target.length
    target.set(pool.subarray(used, end))
    // What was handed out may be a secret; it is not kept.
    pool.fill(0, used, end)
    used = end
    return target
  },
}

/** A random integer in [0, `below`). */
export function randomInteger(random: Random, below: number): number {
  return Math.floor(random.next() * below)
}

/** `bytes` random bytes as base64url text, for tokens and secrets. */
export function randomToken(random: Random, bytes: number): string {
  let binary = ''
  for (const byte of random.fill(new Uint8Array(bytes))) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
