import { quoteIdentifier } from './identifier.ts'
import { jsonValue, timeValue, type EncodedValue, type SqlValue } from './parameters.ts'
import { SqlStatement, type Statement } from './statement.ts'

/** What a value of each column type is: as results have it. */
export interface UnnestTypes {
  readonly text: string | null
  readonly uuid: string | null
  /** With as many digits as it has. */
  readonly numeric: string | number | null
  readonly date: string | null
  readonly int4: number | null
  readonly int8: number | null
  readonly float8: number | null
  readonly bool: boolean | null
  readonly bytea: Uint8Array | null
  /** Epoch milliseconds. */
  readonly timestamptz: number | null
  /** Any JSON value; `null` is JSON's, not SQL's. */
  readonly jsonb: unknown
}

/** The columns of rows that are sent together, with their types. */
export type UnnestColumns = Readonly<Record<string, keyof UnnestTypes>>

/** A row with these columns; what else it has is not sent. */
export type UnnestRow<Columns extends UnnestColumns> = {
  readonly [Name in keyof Columns]: UnnestTypes[Columns[Name]]
}

const maxRows = 10_000

const encoders: Readonly<Record<keyof UnnestTypes, ((value: never) => EncodedValue) | undefined>> = {
  text: undefined,
  uuid: undefined,
  numeric: undefined,
  date: undefined,
  int4: undefined,
  int8: undefined,
  float8: undefined,
  bool: undefined,
  bytea: undefined,
  timestamptz: timeValue,
  jsonb: jsonValue,
}

/** See `sql.unnest`. */
export function unnest<const Columns extends UnnestColumns>(
  alias: string,
  columns: Columns,
  rows: readonly UnnestRow<Columns>[],
): Statement {
  const names = Object.keys(columns)
  if (names.length === 0) throw new RangeError('sql.unnest: at least one column is needed, got none')
  if (names.includes('nth')) throw new RangeError('sql.unnest: "nth" is the row’s number; name the column otherwise')
  if (rows.length > maxRows) {
    throw new RangeError(`sql.unnest: ${maxRows} rows can be sent at a time, got ${rows.length}`)
  }
  const arrays = names.map((name) => columnOf(name, columns[name] as keyof UnnestTypes, rows))
  const casts = names.map((name) => `::${columns[name]}[]`)
  const named = [...names, 'nth'].map((name) => quoteIdentifier(name, 'sql.unnest')).join(', ')
  return new SqlStatement(
    // Between the parameters.
    [
      'unnest(',
      ...casts.slice(0, -1).map((cast) => `${cast}, `),
      `${casts.at(-1)}) with ordinality as ${quoteIdentifier(alias, 'sql.unnest')} (${named})`,
    ],
    arrays,
  )
}

function columnOf(
  name: string,
  type: keyof UnnestTypes,
  rows: readonly Readonly<Record<string, unknown>>[],
): readonly SqlValue[] {
  if (!Object.hasOwn(encoders, type)) {
    throw new RangeError(`sql.unnest: column "${name}" must be of ${Object.keys(encoders).join(', ')}, got ${type}`)
  }
  const encode = encoders[type] as ((value: unknown) => EncodedValue) | undefined
  return rows.map((row) => (encode === undefined ? (row[name] as SqlValue) : encode(row[name])))
}
