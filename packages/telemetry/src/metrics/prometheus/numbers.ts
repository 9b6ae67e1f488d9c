import type { BaseUnit } from './units.ts'

/**
 * A number in the base unit. The point is moved in the decimal digits: 4.1 ms is 0.0041 s, where 4.1 / 1000 would be shown
 * as 0.0040999999999999995, which would be ugly in a value and another series as a bound.
 */
export function inBase(value: number, { times, digits }: BaseUnit): number {
  if (digits === 0 || !Number.isFinite(value)) return value * times
  const [mantissa, exponent] = value.toExponential().split('e')
  return Number(`${mantissa}e${Number(exponent) - digits}`)
}

/** A sample's value. */
export function sampleNumber(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

/**
 * A bucket's bound, which is part of a series' identity, so it is written the same in both formats: `1.0`, `0.25`,
 * `2.5e+06`. Source: OpenMetrics 1.0, canonical numbers (Go's `%g` with `.0` where it would look like a whole number).
 */
export function boundNumber(value: number): string {
  if (!Number.isFinite(value)) return sampleNumber(value)
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  }
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
