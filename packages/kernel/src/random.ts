/** The only source of randomness, passed in like the clock so that tests can repeat a run from its seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Fills `target` with random bytes and returns it. Unpredictable when the source is the system's. */
  fill(target: Uint8Array): Uint8Array
}

/** The machine's randomness: `fill` is cryptographically strong, `next` is fast and is not. */
export const systemRandom: Random = {
  next: () => Math.random(),
  fill: (target) => crypto.getRandomValues(target as Uint8Array<ArrayBuffer>),
}

/** A random integer in [0, `below`). */
export function randomInteger(random: Random, below: number): number {
  return Math.floor(random.next() * below)
}

/** `bytes` random bytes as base64url text, for tokens and secrets. */
export function randomToken(random: Random, bytes: number): string {
  return Buffer.from(random.fill(new Uint8Array(bytes))).toString('base64url')
}
