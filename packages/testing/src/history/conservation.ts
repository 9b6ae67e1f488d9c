import type { Violation } from './violation.ts'

/** What was there at one moment: balances, stock and reservations. */
export interface Tally {
  /** When or where it was counted, for the message. */
  readonly name: string
  /** Integers: cents, pieces. */
  readonly amounts: Iterable<number | bigint>
}

/**
 * Checks that every tally has the same sum: nothing was made, nothing vanished. Sums are exact at any size.
 * @throws {RangeError} when an amount is no safe integer.
 */
export function checkConservation(tallies: Iterable<Tally>, total: number | bigint): Violation[] {
  const expected = BigInt(total)
  const violations: Violation[] = []
  for (const { name, amounts } of tallies) {
    let sum = 0n
    for (const amount of amounts) {
      if (typeof amount === 'number' && !Number.isSafeInteger(amount)) {
        throw new RangeError(`checkConservation: amounts must be integers, got ${amount} in "${name}"`)
      }
      sum += BigInt(amount)
    }
    if (sum !== expected) {
      const difference = sum > expected ? `${sum - expected} too many` : `${expected - sum} too few`
      violations.push({
        kind: 'not conserved',
        subject: name,
        message: `"${name}": the sum is ${sum} instead of ${expected}: ${difference}`,
      })
    }
  }
  return violations
}
