import { sql, type Database } from '@ashlar/sql'
import type { Clock } from '@ashlar/kernel'
import type { WriteTarget } from './history-writer.ts'
import type { MetricEntry } from './metric-entry.ts'
import { Slices, type Retention } from './slices.ts'

/** Where metrics are looked up that are older than memory reaches. */
export interface MetricHistory {
  /** Up to `limit` entries of a metric with ids from `from` on and below `before`, newest first. */
  find(name: string, ids: { readonly from: number; readonly before: number }, limit: number): Promise<MetricEntry[]>
  /** What entries with ids from `from` on say of their metrics, each once: by name, what is said last first. */
  names(from: number): Promise<Pick<MetricEntry, 'name' | 'about'>[]>
  /** Nothing was written before. Epoch, in milliseconds. */
  readonly oldestMs: number
}

const metricTable = 'metric_entry'

// Of a metric there are as many as there are sets of services that were written together.
const maxNames = 4_000

/** Metrics in PostgreSQL. */
export class HistoryMetrics implements MetricHistory, WriteTarget<'metrics', MetricEntry> {
  readonly #db: Database
  readonly #slices: Slices
  readonly #clock: Clock

  private constructor(db: Database, slices: Slices, clock: Clock) {
    this.#db = db
    this.#slices = slices
    this.#clock = clock
  }

  static async open(db: Database, retention: Retention, clock: Clock): Promise<HistoryMetrics> {
    const lane = { kind: 'metrics', tables: [metricTable] }
    return new HistoryMetrics(db, await Slices.open(db, lane, retention, clock.wall()), clock)
  }

  get stats(): Slices['stats'] {
    return this.#slices.stats
  }

  get oldestMs(): number {
    return this.#slices.oldestMs
  }

  /** Adds entries, durable when it resolves. Adding the same again, after an error, adds nothing. */
  async add({ metrics }: { readonly metrics: readonly MetricEntry[] }): Promise<void> {
    await this.#db.run(sql`
      insert into metric_entry (slice, id, name, about, count, content)
      select ${this.#slices.current}::int8, id, name, about, count, content
      from ${sql.unnest('entry', entryColumns, metrics)}
      on conflict do nothing`)
    for (const { content } of metrics) this.#slices.grew(content.length)
  }

  async tidy(): Promise<void> {
    await this.#slices.tidy(this.#clock.wall())
  }

  get isTidyDue(): boolean {
    return this.#slices.isDue(this.#clock.wall())
  }

  async find(
    name: string,
    ids: { readonly from: number; readonly before: number },
    limit: number,
  ): Promise<MetricEntry[]> {
    // PostgreSQL's text has no room for NUL; no metric is called so.
    if (name.includes('\0')) return []
    return this.#db.rows(sql<MetricEntry>`
      select id, name, about, count, content from metric_entry
      where name = ${name} and id >= ${ids.from}::int8 and id < ${ids.before}::int8
      order by id desc limit ${limit}`)
  }

  async names(from: number): Promise<Pick<MetricEntry, 'name' | 'about'>[]> {
    return this.#db.rows(sql<Pick<MetricEntry, 'name' | 'about'>>`
      select name, about from metric_entry
      where id >= ${from}::int8 group by name, about order by name, max(id) desc limit ${maxNames}`)
  }

  /** The highest id there is; 0 when there is none. */
  async lastId(): Promise<number> {
    const { id } = await this.#db.one(sql<{ id: number }>`select coalesce(max(id), 0) as id from metric_entry`)
    return id
  }
}

const entryColumns = { id: 'int8', name: 'text', about: 'text', count: 'int4', content: 'text' } as const
