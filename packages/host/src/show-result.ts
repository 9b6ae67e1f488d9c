import { inline } from './printable.ts'
import { table } from './table.ts'

type Row = Readonly<Record<string, unknown>>

/**
 * An action's result for people: a list of records as a table, a record as names and values (`pool.open  3`), lists of
 * records in it as tables of their own. Names are those of the JSON form.
 */
export function showResult(result: unknown): string[] {
  if (result === null || result === undefined) return ['done']
  if (isRows(result)) return rowsOf(result)
  if (!isRecord(result)) return [cell(result)]
  const pairs: string[][] = []
  const tables: string[] = []
  flatten('', result, pairs, tables)
  return [...table(pairs), ...tables]
}

function flatten(prefix: string, record: Row, pairs: string[][], tables: string[]): void {
  for (const [name, value] of Object.entries(record)) {
    const path = inline(`${prefix}${name}`)
    if (isRows(value) && value.length > 0) tables.push('', path, ...rowsOf(value).map((line) => `  ${line}`))
    else if (isRecord(value) && Object.keys(value).length > 0) flatten(`${path}.`, value, pairs, tables)
    else pairs.push([path, cell(value)])
  }
}

function rowsOf(rows: readonly Row[]): string[] {
  if (rows.length === 0) return ['none']
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const numeric = names.flatMap((name, index) => (rows.every((row) => isNumeric(row[name])) ? [index] : []))
  return table([names.map(inline), ...rows.map((row) => names.map((name) => cell(row[name])))], numeric)
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  return inline(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || value === null || value === undefined
}

function isRecord(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isRows(value: unknown): value is readonly Row[] {
  return Array.isArray(value) && value.every(isRecord)
}
