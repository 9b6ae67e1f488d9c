import type { Random } from '../random.ts'

/**
 * Randomness that repeats from its seed. Not for secrets.
 *
 * Source: mulberry32 (T. Ettinger, public domain): 32 bits of state, period 2^32, passes gjrand.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    fill(target) {
      for (let index = 0; index < target.length; index++) target[index] = Math.floor(next() * 256)
      return target
    },
  }
}
