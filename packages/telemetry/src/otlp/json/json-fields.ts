import { OtlpMalformedError } from '../errors.ts'
import { parseUnixNano, type UnixNano } from '../unix-nano.ts'

/** An object of the JSON form; what it holds is anybody's guess. */
export type JsonObject = Readonly<Record<string, unknown>>

// Absent and null mean the same: the default, as in all of protobuf's JSON.
const nothing: JsonObject = Object.freeze(Object.create(null) as JsonObject)
const noItems: readonly unknown[] = Object.freeze([])

export function objectOf(value: unknown, where: string): JsonObject {
  if (value === undefined || value === null) return nothing
  if (typeof value !== 'object' || Array.isArray(value)) return wrong(where, 'an object')
  return value as JsonObject
}

export function listOf(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) return noItems
  return Array.isArray(value) ? value : wrong(where, 'a list')
}

/** Halves of surrogate pairs become U+FFFD, as they do in the other form. */
export function stringOf(value: unknown, where: string): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value.toWellFormed() : wrong(where, 'text')
}

export function booleanOf(value: unknown, where: string): boolean {
  if (value === undefined || value === null) return false
  return typeof value === 'boolean' ? value : wrong(where, 'true or false')
}

/** Of an enumeration or flags: at most 32 bits. */
export function uint32Of(value: unknown, where: string): number {
  const number = numberOf(value, where) ?? 0
  return Number.isInteger(number) && number >= 0 && number < 2 ** 32 ? number : wrong(where, 'a whole number')
}

/** A number, or one in text as JSON writes those that it cannot hold; `undefined` for none. */
export function numberOf(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') return value
  if (typeof value === 'string' && /^(?:-?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?|NaN|-?Infinity)$/.test(value)) {
    return Number(value)
  }
  return wrong(where, 'a number')
}

/** A 64-bit integer: as a number, or as decimal text where a number cannot hold it. */
export function int64Of(value: unknown, where: string): number | string {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) return wrong(where, 'a whole number')
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(BigInt(value))
}

export function unixNanoOf(value: unknown, where: string): UnixNano | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && value >= 0 && value < 2 ** 64)
    return { seconds: Math.floor(value / 1e9), nanos: value % 1e9 }
  return (typeof value === 'string' ? parseUnixNano(value) : undefined) ?? wrong(where, 'nanoseconds since 1970')
}

/** An id as hexadecimal digits, of either case. What is no id at all comes out as it is. */
export function idOf(value: unknown, where: string): string {
  const text = stringOf(value, where)
  return text.length <= 32 ? text.toLowerCase() : ''
}

function wrong(where: string, expected: string): never {
  throw new OtlpMalformedError({ where, problem: `expected ${expected}` })
}
