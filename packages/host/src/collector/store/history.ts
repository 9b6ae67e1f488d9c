import { sql, migrate, openDatabase, type Database } from '@ashlar/sql'
import type { Clock, Random } from '@ashlar/kernel'
import type { Entry } from './entry.ts'
import { HistoryEntries, historyTables } from './history-entries.ts'
import { HistoryMetrics } from './history-metrics.ts'
import type { WriteTarget } from './history-writer.ts'
import { Slices, type Retention } from './slices.ts'

export interface HistoryOptions {
  readonly url: string
  /** Of spans and log records together. */
  readonly retention: Retention
  /** Of metrics, which are kept apart: many spans must not push out what tells of them. */
  readonly metricRetention: Retention
  readonly clock: Clock
  readonly random: Random
}

/** Everything that was received and is kept, in PostgreSQL: it survives restarts. */
export class History implements AsyncDisposable, WriteTarget<'spans' | 'logs', Entry> {
  readonly stores: {
    readonly spans: HistoryEntries
    readonly logs: HistoryEntries
    readonly metrics: HistoryMetrics
  }
  readonly #db: Database
  readonly #slices: Slices
  readonly #clock: Clock

  private constructor(db: Database, slices: Slices, metrics: HistoryMetrics, clock: Clock) {
    this.#db = db
    this.#slices = slices
    this.#clock = clock
    this.stores = { spans: new HistoryEntries(db, 'span_entry'), logs: new HistoryEntries(db, 'log_entry'), metrics }
  }

  static async open({ url, retention, metricRetention, clock, random }: HistoryOptions): Promise<History> {
    const db = await openDatabase({ url, name: 'collector', clock, random })
    try {
      await migrate(db, {
        namespace: 'collector',
        directory: new URL('../../../migrations/collector/', import.meta.url),
      })
      const lane = { kind: 'entries', tables: historyTables }
      const slices = await Slices.open(db, lane, retention, clock.wall())
      return new History(db, slices, await HistoryMetrics.open(db, metricRetention, clock), clock)
    } catch (error) {
      await db[Symbol.asyncDispose]()
      throw error
    }
  }

  get stats(): Slices['stats'] {
    return this.#slices.stats
  }

  /** The highest id there is; 0 when there is none. */
  async lastId(): Promise<number> {
    const { spans, logs, metrics } = this.stores
    return Math.max(await spans.lastId(), await logs.lastId(), await metrics.lastId())
  }

  /** Adds entries, durable when it resolves. Adding the same again, after an error, adds nothing. */
  async add({ spans, logs }: { readonly spans: readonly Entry[]; readonly logs: readonly Entry[] }): Promise<void> {
    const slice = this.#slices.current
    if (spans.length > 0) await this.stores.spans.add(slice, spans)
    if (logs.length > 0) await this.stores.logs.add(slice, logs)
    for (const { content } of [...spans, ...logs]) this.#slices.grew(content.length)
  }

  /** Begins a new slice and drops old ones where it is time to. Not while entries are being added. */
  async tidy(): Promise<void> {
    await this.#slices.tidy(this.#clock.wall())
  }

  /** Whether it should be tidied before more is added. */
  get isTidyDue(): boolean {
    return this.#slices.isDue(this.#clock.wall())
  }

  async ping(): Promise<void> {
    await this.#db.rows(sql`select 1`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#db[Symbol.asyncDispose]()
  }
}
