import { toIsoTime } from '@ashlar/kernel'

const encoded: unique symbol = Symbol('encoded parameter')

/** A value whose text form on the wire has been chosen: made by `sql.json` and `sql.time`. */
export interface EncodedValue {
  readonly [encoded]: string | null
}

/** What a parameter may be. An array becomes a PostgreSQL array; its elements may be arrays again. */
export type SqlValue = string | number | boolean | null | Uint8Array | EncodedValue | readonly SqlValue[]

/** What goes over the wire: text, binary, or NULL. */
export type WireValue = string | Buffer | null

/** Encodes any JSON value for a `json` or `jsonb` parameter: also arrays and strings, which alone mean something else. */
export function jsonValue(value: unknown): EncodedValue {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError(`sql.json: a value JSON can hold is needed, got ${typeof value}`)
  return { [encoded]: text }
}

/** Encodes epoch milliseconds for a `timestamptz` parameter. */
export function timeValue(epochMs: number | null): EncodedValue {
  return { [encoded]: epochMs === null ? null : toIsoTime(epochMs) }
}

/**
 * The wire form of a parameter. Done here and not by the driver, because an error in the middle of writing a message
 * would leave the connection with half of it.
 * @throws {TypeError} for what PostgreSQL has no parameter for, `undefined` above all.
 */
export function encodeParameter(value: unknown): WireValue {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value === null) return null
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) return arrayLiteral(value)
  if (typeof value === 'object' && encoded in value) return (value as EncodedValue)[encoded]
  throw new TypeError(`sql: ${describe(value)} cannot be a parameter; ${adviceFor(value)}`)
}

function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map(arrayElement).join(',')}}`
}

function arrayElement(value: unknown): string {
  if (Array.isArray(value)) return arrayLiteral(value)
  const wire = encodeParameter(value)
  if (wire === null) return 'NULL'
  const text = typeof wire === 'string' ? wire : `\\x${wire.toString('hex')}`
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value
  return `an object (${value.constructor?.name ?? 'no class'})`
}

function adviceFor(value: unknown): string {
  if (value === undefined) return 'pass null for an absent value'
  return 'use sql.json(value) for JSON, sql.time(epochMs) for a time'
}
