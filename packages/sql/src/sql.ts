import { quoteIdentifier } from './identifier.ts'
import { jsonValue, timeValue, type EncodedValue, type SqlValue } from './parameters.ts'
import { SqlStatement, type Statement } from './statement.ts'
import { unnest, type UnnestColumns, type UnnestRow } from './unnest.ts'

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
  /**
   * Many rows as a table, to insert them or look them up with one statement: it travels as one array a column, so its
   * text is the same however many there are. Their order is in the column `nth`, from 1:
   *
   * `insert into line (sku, pieces) select sku, pieces from ${sql.unnest('line', { sku: 'text', pieces: 'int4' }, lines)}`
   *
   * @param alias What the table is called in the statement.
   * @throws {RangeError} for more than 10,000 rows: send them in parts.
   * @throws {TypeError} when a value is missing; an absent one is `null`.
   */
  unnest<const Columns extends UnnestColumns>(
    alias: string,
    columns: Columns,
    rows: readonly UnnestRow<Columns>[],
  ): Statement
}

function template<Row = unknown>(
  strings: TemplateStringsArray,
  ...values: readonly (SqlValue | Statement)[]
): Statement<Row> {
  return new SqlStatement(strings, values)
}

const comma = new SqlStatement([', '], [])

function id(...path: readonly [string, ...string[]]): Statement {
  return new SqlStatement([path.map((name) => quoteIdentifier(name)).join('.')], [])
}

function join(parts: readonly (Statement | SqlValue)[], separator: Statement = comma): Statement {
  if (parts.length === 0) throw new RangeError('sql.join: at least one part is needed, got none')
  const values = parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]))
  return new SqlStatement(
    Array.from({ length: values.length + 1 }, () => ''),
    values,
  )
}

export const sql: Sql = Object.assign(template, { id, join, json: jsonValue, time: timeValue, unnest })
