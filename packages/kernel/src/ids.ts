import { systemClock, type Clock } from './clock.ts'
import { hexOfByte } from './hex.ts'
import { systemRandom, type Random } from './random.ts'

/**
 * Makes a function that mints UUID version 7 ids: 36 characters that sort by the time they were made.
 *
 * Ids from one generator always increase, also within a millisecond and when the wall clock goes back: the 12 bits
 * after the time hold a counter that starts at random and carries into the time when it is full.
 *
 * Source: RFC 9562, 5.7 and 6.2 (method 1, fixed-length dedicated counter).
 */
export function uuidGenerator(source: { clock?: Clock; random?: Random } = {}): () => string {
  const { clock = systemClock, random = systemRandom } = source
  const bytes = new Uint8Array(10)
  let lastMs = 0
  let counter = 0
  return () => {
    random.fill(bytes)
    // A virtual clock may stand between two milliseconds; the field has room for whole ones.
    const nowMs = Math.floor(clock.wall())
    if (nowMs > lastMs) {
      lastMs = nowMs
      // The top bit stays clear so that at least 2,048 ids fit in the millisecond before the carry.
      counter = (((bytes[0] as number) << 8) | (bytes[1] as number)) & 0x7ff
    } else if (++counter > 0xfff) {
      counter = 0
      lastMs += 1
    }
    const high = Math.floor(lastMs / 65_536)
    const low = lastMs % 65_536
    const b = (index: number): string => hexOfByte(bytes[index] as number)
    return (
      high.toString(16).padStart(8, '0') +
      '-' +
      low.toString(16).padStart(4, '0') +
      '-7' +
      counter.toString(16).padStart(3, '0') +
      '-' +
      hexOfByte(((bytes[2] as number) & 0x3f) | 0x80) +
      b(3) +
      '-' +
      b(4) +
      b(5) +
      b(6) +
      b(7) +
      b(8) +
      b(9)
    )
  }
}

/** A new UUID version 7 from the system's clock and randomness. */
export const newId: () => string = uuidGenerator()

/** Whether `text` is a UUID in its usual form, of any version. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
}
