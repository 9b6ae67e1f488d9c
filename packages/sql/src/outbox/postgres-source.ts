import type { Lease, Leases } from '../lease/index.ts'
import type { Database } from '../queryable.ts'
import { sql } from '../sql.ts'
import type { Statement } from '../statement.ts'
import type { Wake } from '../wake/index.ts'
import {
  maxCounted,
  type Backlog,
  type FailedDelivery,
  type Found,
  type RelaySource,
  type StoredMessage,
  type Turn,
} from './relay-source.ts'

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

/** Messages in PostgreSQL, for the one process at a time that holds the outbox's lease. */
export class PostgresSource implements RelaySource {
  readonly outbox: string
  readonly #options: SourceOptions
  #lease: Lease | undefined

  constructor(options: SourceOptions) {
    this.outbox = options.outbox
    this.#options = options
  }

  async turn(): Promise<Turn | undefined> {
    const { db, leases } = this.#options
    if (this.#lease === undefined || this.#lease.signal.aborted) {
      this.#lease = await leases.tryClaim(`outbox:${this.outbox}`)
    }
    return this.#lease && new PostgresTurn(db, this.outbox, this.#lease)
  }

  subscribe(look: () => void): Disposable {
    return this.#options.wake.on(wakeChannel, ({ reason, payloads }) => {
      if (reason !== 'notify' || payloads.includes(this.outbox)) look()
    })
  }

  async backlog(): Promise<Backlog> {
    const { messages, ageMs } = await this.#options.db.one(sql<{ messages: number; ageMs: number | null }>`
      select count(*) as messages, extract(epoch from clock_timestamp() - min(created_at))::float8 * 1000 as "ageMs"
      from (
        select created_at from ashlar_outbox as message
        where outbox = ${this.outbox} and ${holdsBack(sql`parked`)} is null
        order by position
        limit ${maxCounted}
      ) waiting`)
    return { messages, oldestAgeMs: ageMs === null ? undefined : Math.max(0, ageMs) }
  }

  async close(): Promise<void> {
    const { db, wake } = this.#options
    if (this.#lease === undefined || this.#lease.signal.aborted) return
    // What cannot be given up expires, and who is not told finds out by polling.
    await this.#lease
      .release()
      .then(() => wake.notify(db, wakeChannel, this.outbox))
      .catch(() => undefined)
  }
}

class PostgresTurn implements Turn {
  readonly #db: Database
  readonly #outbox: string
  readonly #lease: Lease

  constructor(db: Database, outbox: string, lease: Lease) {
    this.#db = db
    this.#outbox = outbox
    this.#lease = lease
  }

  get signal(): AbortSignal {
    return this.#lease.signal
  }

  async next(limit: number, exceptKeys: readonly string[]): Promise<Found> {
    // As of one moment, for all messages of a key. Time goes on while the statement runs: by the time of each, the first
    // of a key could still be held back and the next one, a little later, no more.
    const isHeldBack = sql`(parked or due_at > (select at from moment))`
    const rows = await this.#db.rows(sql<Row>`
      with moment as materialized (select clock_timestamp() as at)
      select position, id, key, type, payload, headers, created_at, attempts
      from ashlar_outbox as message
      where outbox = ${this.#outbox} and key <> all (${exceptKeys}::text[]) and ${holdsBack(isHeldBack)} is null
      order by position
      limit ${limit}`)
    return { messages: rows.map(toStored), dueInMs: rows.length === 0 ? await this.#dueInMs(exceptKeys) : undefined }
  }

  async #dueInMs(exceptKeys: readonly string[]): Promise<number | undefined> {
    const { due } = await this.#db.one(sql<{ due: number | null }>`
      select extract(epoch from min(due_at) - clock_timestamp())::float8 * 1000 as due
      from ashlar_outbox
      where outbox = ${this.#outbox} and attempts > 0 and not parked and key <> all (${exceptKeys}::text[])`)
    return due === null ? undefined : Math.max(0, due)
  }

  async settle(delivered: readonly number[], failed: readonly FailedDelivery[]): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await this.#lease.fenced(tx)
      const mine = sql`outbox = ${this.#outbox}`
      await tx.run(sql`delete from ashlar_outbox where ${mine} and position = any (${delivered}::bigint[])`)
      if (failed.length === 0) return
      const outcomes = sql.unnest(
        'outcome',
        { position: 'int8', attempt: 'int4', error: 'text', parked: 'bool', delayMs: 'float8' },
        failed,
      )
      await tx.run(sql`
        update ashlar_outbox
        set attempts = outcome.attempt, error = outcome.error, parked = outcome.parked,
          due_at = clock_timestamp() + outcome."delayMs" * interval '1 millisecond'
        from ${outcomes}
        where ${mine} and ashlar_outbox.position = outcome.position`)
    })
  }
}

/**
 * The first message of the same key of which this is true, if there is one; looked up for each `message` by its key. A
 * set of all such keys would be searched from end to end for each as soon as the server takes it for larger than its
 * `work_mem`, which nothing comes through.
 */
function holdsBack(isHeldBack: Statement): Statement {
  return sql`(
    select held.position from ashlar_outbox as held
    where held.outbox = message.outbox and held.key = message.key and held.attempts > 0 and ${isHeldBack}
    limit 1
  )`
}

function toStored({ position, attempts, created_at: createdAtMs, ...message }: Row): StoredMessage {
  return { position, attempts, message: { ...message, createdAtMs } }
}
