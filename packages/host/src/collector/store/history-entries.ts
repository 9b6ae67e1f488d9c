import { sql, type Database, type Statement } from '@ashlar/sql'
import type { Entry } from './entry.ts'
import { asciiLower, withinJson, type EntryFilter, type EntryStore, type FoundEntries } from './entry-store.ts'

/** The tables of entries, each cut into slices. */
export const historyTables = ['span_entry', 'log_entry'] as const

export type HistoryTable = (typeof historyTables)[number]

// One search looks at no more than these.
const maxLookedAt = 5_000
const columns = sql`id, trace_id as "traceId", service, rank, has_error as "hasError", count, content`
const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Entries in PostgreSQL. */
export class HistoryEntries implements EntryStore {
  readonly #db: Database
  readonly #table: Statement

  constructor(db: Database, table: HistoryTable) {
    this.#db = db
    this.#table = sql.id(table)
  }

  /** Adds entries to a slice. Those that it has already are passed over: who does not know can do it again. */
  async add(slice: number, entries: readonly Entry[]): Promise<void> {
    const rows = entries.map(({ traceId, hasError, ...rest }) => ({ trace_id: traceId, has_error: hasError, ...rest }))
    await this.#db.run(sql`
      insert into ${this.#table} (slice, id, trace_id, service, rank, has_error, count, content)
      select ${slice}::int8, id, trace_id, service, rank, has_error, count, content
      from ${sql.unnest('entry', entryColumns, rows)}
      on conflict do nothing`)
  }

  async find(filter: EntryFilter, limit: number): Promise<FoundEntries> {
    const { service = null, minRank = null, onlyErrors = false, containing, from = 0, before } = filter
    // PostgreSQL's text has no room for NUL; no service is called so.
    if (service?.includes('\0') === true) return { entries: [], next: undefined }
    const text = containing === undefined ? null : asciiLower(withinJson(containing))
    const last = await this.#db.maybe(sql<{ id: number }>`
      select id from ${this.#table} where id < ${before}::int8 and id >= ${from}::int8
      order by id desc offset ${maxLookedAt - 1} limit 1`)
    const entries = await this.#db.rows(sql<Entry>`
      select ${columns} from ${this.#table}
      where id < ${before}::int8 and id >= ${last?.id ?? from}::int8
        and (${service}::text is null or service = ${service})
        and (${minRank}::float8 is null or rank >= ${minRank})
        and (not ${onlyErrors} or has_error)
        and (${text}::text is null or position(${text} in translate(content, ${capitals}, ${capitals.toLowerCase()})) > 0)
      order by id desc limit ${limit}`)
    return { entries, next: entries.length === limit ? entries.at(-1)?.id : last?.id }
  }

  async ofTrace(traceId: string, limit: number): Promise<Entry[]> {
    return this.#db.rows(sql<Entry>`
      select ${columns} from ${this.#table} where trace_id = ${traceId} and trace_id <> '' order by id limit ${limit}`)
  }

  /** The highest id there is; 0 when there is none. */
  async lastId(): Promise<number> {
    const { id } = await this.#db.one(sql<{ id: number }>`select coalesce(max(id), 0) as id from ${this.#table}`)
    return id
  }
}

const entryColumns = {
  id: 'int8',
  trace_id: 'text',
  service: 'text',
  rank: 'float8',
  has_error: 'bool',
  count: 'int4',
  content: 'text',
} as const
