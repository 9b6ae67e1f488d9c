import type { Lease, Leases } from '../lease/index.ts'
import type { Database } from '../queryable.ts'
import { sql } from '../sql.ts'
import type { Wake } from '../wake/index.ts'
import type { FailedDelivery, RelaySource, StoredMessage, Turn } from './relay-source.ts'

/** On which every commit that put messages is announced, with the outbox's name. */
export const wakeChannel = 'ashlar_outbox'

interface Row {
  readonly position: number
  readonly id: string
  readonly key: string
  readonly type: string
  readonly payload: unknown
  readonly headers: Record<string, string>
  readonly created_at: number
  readonly attempts: number
}

interface SourceOptions {
  readonly db: Database
  readonly outbox: string
  readonly leases: Leases
  readonly wake: Wake
}

const nobody = AbortSignal.abort()

/** Messages in PostgreSQL, for the one process at a time that holds the outbox's lease. */
export class PostgresSource implements RelaySource {
  readonly outbox: string
  readonly #options: SourceOptions
  #lease: Lease | undefined

  constructor(options: SourceOptions) {
    this.outbox = options.outbox
    this.#options = options
  }

  async next(limit: number): Promise<Turn> {
    const { db, leases } = this.#options
    if (this.#lease === undefined || this.#lease.signal.aborted) {
      this.#lease = await leases.tryClaim(`outbox:${this.outbox}`)
    }
    if (this.#lease === undefined) return { messages: [], signal: nobody }
    const rows = await db.rows(sql<Row>`
      select position, id, key, type, payload, headers, created_at, attempts
      from ashlar_outbox message
      where outbox = ${this.outbox} and not exists (
        select from ashlar_outbox held
        where held.outbox = message.outbox and held.key = message.key and held.position <= message.position
          and held.attempts > 0 and (held.parked or held.due_at > clock_timestamp()))
      order by position
      limit ${limit}`)
    const dueInMs = rows.length === 0 ? await this.#dueInMs() : undefined
    return { messages: rows.map(toStored), signal: this.#lease.signal, dueInMs }
  }

  async #dueInMs(): Promise<number | undefined> {
    const { due } = await this.#options.db.one(sql<{ due: number | null }>`
      select extract(epoch from min(due_at) - clock_timestamp())::float8 * 1000 as due
      from ashlar_outbox where outbox = ${this.outbox} and attempts > 0 and not parked`)
    return due === null ? undefined : Math.max(0, due)
  }

  async settle(delivered: readonly number[], failed: readonly FailedDelivery[]): Promise<void> {
    const lease = this.#lease
    if (lease === undefined || (delivered.length === 0 && failed.length === 0)) return
    await this.#options.db.transaction(async (tx) => {
      await lease.fenced(tx)
      await tx.run(sql`delete from ashlar_outbox where position = any (${delivered}::bigint[])`)
      if (failed.length === 0) return
      await tx.run(sql`
        update ashlar_outbox message
        set attempts = attempts + 1, error = outcome.error, parked = outcome.parked,
          due_at = clock_timestamp() + outcome.delay_ms * interval '1 millisecond'
        from unnest(
          ${failed.map(({ position }) => position)}::bigint[], ${failed.map(({ error }) => error)}::text[],
          ${failed.map(({ parked }) => parked)}::boolean[], ${failed.map(({ delayMs }) => delayMs)}::float8[]
        ) as outcome (position, error, parked, delay_ms)
        where message.position = outcome.position`)
    })
  }

  subscribe(look: () => void): Disposable {
    return this.#options.wake.on(wakeChannel, ({ reason, payloads }) => {
      if (reason !== 'notify' || payloads.includes(this.outbox)) look()
    })
  }

  async close(): Promise<void> {
    // What cannot be given up expires.
    await this.#lease?.release().catch(() => undefined)
  }
}

function toStored({ position, attempts, created_at: createdAtMs, ...message }: Row): StoredMessage {
  return { position, attempts, message: { ...message, createdAtMs } }
}
