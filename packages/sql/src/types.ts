import { parseIsoTime } from '@ashlar/kernel'
import { types } from 'pg'
import { QueryError } from './errors.ts'

type Parser = (text: string) => unknown

const oid = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  timestamptz: 1184,
  jsonb: 3802,
} as const

// The array types of the above, and of those that stay text.
const arrayOf: Readonly<Record<number, number | undefined>> = {
  1000: oid.bool,
  1001: oid.bytea,
  1005: oid.int2,
  1007: oid.int4,
  1016: oid.int8,
  1028: oid.oid,
  1021: oid.float4,
  1022: oid.float8,
  199: oid.json,
  3807: oid.jsonb,
  1185: oid.timestamptz,
}
const textArrays = new Set([1002, 1003, 1009, 1014, 1015, 1115, 1182, 1183, 1231, 1270, 1041, 651, 1187, 2951])

const driverParser = types.getTypeParser as (typeOid: number) => unknown
const parseTextArray = driverParser(1009) as (text: string) => unknown[]
const parseBytea = driverParser(oid.bytea) as (text: string) => Buffer

const scalars: Readonly<Record<number, Parser | undefined>> = {
  [oid.bool]: (text) => text === 't',
  [oid.bytea]: parseBytea,
  [oid.int2]: Number,
  [oid.int4]: Number,
  [oid.oid]: Number,
  [oid.int8]: parseInt8,
  [oid.float4]: Number,
  [oid.float8]: Number,
  [oid.json]: (text) => JSON.parse(text) as unknown,
  [oid.jsonb]: (text) => JSON.parse(text) as unknown,
  [oid.timestamptz]: parseTimestamp,
}

/**
 * How result columns become JavaScript values, for one client (the driver's global table stays as it is):
 * `int8` a number, `timestamptz` epoch milliseconds, `json` and `jsonb` parsed, `bytea` a Buffer, arrays of these; all
 * else is text as PostgreSQL writes it: `numeric` above all, which a number could not hold.
 */
export const typeConfig: { getTypeParser: typeof types.getTypeParser } = {
  getTypeParser: ((typeOid: number): Parser => parsers.get(typeOid) ?? asText) as typeof types.getTypeParser,
}

const asText: Parser = (text) => text

const parsers: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  ...Object.entries(scalars).map(([id, parse]): [number, Parser] => [Number(id), parse as Parser]),
  ...[...textArrays].map((id): [number, Parser] => [id, parseTextArray]),
  ...Object.entries(arrayOf).map(([id, element]): [number, Parser] => [Number(id), arrayParser(element as number)]),
])

function arrayParser(element: number): Parser {
  const parse = scalars[element] as Parser
  const deep = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(deep)
    return value === null ? null : parse(value as string)
  }
  return (text) => deep(parseTextArray(text))
}

function parseInt8(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new QueryError(
    '22003',
    `an int8 of the result, ${text}, is beyond what a number holds exactly; select it as text`,
  )
}

// Connections run in UTC with ISO dates, so the text is `2026-01-31 23:59:59.123456+00`.
function parseTimestamp(text: string): number {
  if (text === 'infinity') return Infinity
  if (text === '-infinity') return -Infinity
  const epochMs = parseIsoTime(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
  if (epochMs === undefined) {
    throw new QueryError(
      '22008',
      `a timestamptz of the result, ${text}, is outside the years 0001 to 9999; select it as text`,
    )
  }
  return epochMs
}
