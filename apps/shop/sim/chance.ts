import type { Random } from '@ashlar/kernel'
import { seededRandom } from '@ashlar/kernel/testing'

/**
 * What one part of a simulated run leaves to chance. It depends on the run's seed and the part's name alone, so what one
 * part draws moves nothing in the others, and a part that is added leaves them as they were.
 */
export class Chance {
  readonly random: Random

  constructor(seed: number, part: string) {
    this.random = seededRandom(hash(`${seed}/${part}`))
  }

  happens(probability: number): boolean {
    return this.random.next() < probability
  }

  /** Uniform in [`min`, `max`). */
  between(min: number, max: number): number {
    return min + this.random.next() * (max - min)
  }

  /** Any whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return Math.floor(this.between(min, max + 1))
  }

  /** @throws {RangeError} when there is nothing to pick from. */
  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError('Chance.pick: nothing to pick from')
    return choices[this.integer(0, choices.length - 1)] as T
  }

  /** `count` different ones, or all there are. */
  sample<T>(choices: readonly T[], count: number): T[] {
    const left = [...choices]
    return Array.from(
      { length: Math.min(count, left.length) },
      () => left.splice(this.integer(0, left.length - 1), 1)[0] as T,
    )
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value >>> 0
}
