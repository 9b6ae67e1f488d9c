import { jsonValue, timeValue, type EncodedValue, type SqlValue } from './parameters.ts'
import { SqlStatement, type Statement } from './statement.ts'

/** The template tag and its helpers. */
export interface Sql {
  /**
   * A statement whose values travel as parameters, never as text: nothing in them can change its meaning. A value that
   * is itself a statement is inserted as a fragment, with its own parameters.
   *
   * `Row` is the caller's word for what comes back; nothing checks it.
   */
  <Row = unknown>(strings: TemplateStringsArray, ...values: readonly (SqlValue | Statement)[]): Statement<Row>
  /** A name of a table or column that is chosen at run time, quoted. `sql.id('shop', 'order')` is `"shop"."order"`. */
  id(...path: readonly [string, ...string[]]): Statement
  /** Fragments one after another. @param separator A comma when absent. */
  join(parts: readonly (Statement | SqlValue)[], separator?: Statement): Statement
  /** Any JSON value as a `json` or `jsonb` parameter. */
  json(value: unknown): EncodedValue
  /** Epoch milliseconds as a `timestamptz` parameter. */
  time(epochMs: number | null): EncodedValue
}

function template<Row = unknown>(
  strings: TemplateStringsArray,
  ...values: readonly (SqlValue | Statement)[]
): Statement<Row> {
  return new SqlStatement(strings, values)
}

const comma = new SqlStatement([', '], [])

function id(...path: readonly [string, ...string[]]): Statement {
  return new SqlStatement([path.map(quoteIdentifier).join('.')], [])
}

function join(parts: readonly (Statement | SqlValue)[], separator: Statement = comma): Statement {
  if (parts.length === 0) throw new RangeError('sql.join: at least one part is needed, got none')
  const values = parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]))
  return new SqlStatement(
    Array.from({ length: values.length + 1 }, () => ''),
    values,
  )
}

export const sql: Sql = Object.assign(template, { id, join, json: jsonValue, time: timeValue })

/**
 * A name in double quotes, as PostgreSQL reads it.
 * @throws {RangeError} for what cannot be a name: empty, over 63 bytes (the server would cut it), or with a NUL.
 */
export function quoteIdentifier(name: string): string {
  const bytes = Buffer.byteLength(name)
  if (bytes === 0 || bytes > 63 || name.includes('\0')) {
    throw new RangeError(`sql.id: a name has 1 to 63 bytes and no NUL, got ${JSON.stringify(name)}`)
  }
  return `"${name.replaceAll('"', '""')}"`
}
