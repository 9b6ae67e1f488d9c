import { systemClock, systemRandom, type Clock, type Random } from '@ashlar/kernel'
import type { Leases } from '../lease/index.ts'
import { migrate, type MigrateResult } from '../migrate.ts'
import type { Database, Transaction } from '../queryable.ts'
import { sql } from '../sql.ts'
import type { Wake } from '../wake/index.ts'
import { Announcer } from './announcer.ts'
import type { NewMessage, ParkedMessage } from './message.ts'
import type { Outbox } from './outbox.ts'
import { PostgresSource, wakeChannel } from './postgres-source.ts'
import { prepare } from './prepare.ts'
import { Relay } from './relay.ts'

export interface OutboxOptions {
  /** Where `migrateOutbox` has made the table: of the transactions that put. */
  readonly db: Database
  /** Several may share the table, each with a relay of its own. @default 'default' */
  readonly name?: string
  /** Tells relays that something was put; what it fails to tell is found when it polls. */
  readonly wake: Wake
  /** Decides which process relays; `migrateLeases` has made its tables. */
  readonly leases: Leases
  readonly clock?: Clock
  readonly random?: Random
}

const directory = new URL('../../migrations/outbox/', import.meta.url)

/** Makes the table of messages, or brings it up to date. */
export function migrateOutbox(db: Database): Promise<MigrateResult> {
  return migrate(db, { namespace: 'ashlar_outbox', directory })
}

/**
 * An outbox in the caller's own database: no message is lost when the process dies after the commit, and none sent for
 * a transaction that did not commit. Receivers must bear repeats; `@ashlar/sql/dedupe` makes them.
 *
 * Source: C. Richardson, Microservices Patterns, "Transactional outbox", polling publisher. Differs: notified rather
 * than polled; messages of one key are ordered by commit, by a lock on the key, so that no cursor can skip one.
 *
 * Costs two statements a put, one notification for the commits of a moment, and, for the messages that were delivered
 * meanwhile, five statements to record that and look for more. What is held back is passed over each time: a thousand
 * messages behind one that is parked make all others wait one to two milliseconds longer. Where somebody listens to
 * `ashlar:sql:outbox-backlog`, each process that relays counts what waits, every ten seconds.
 */
export function createOutbox(options: OutboxOptions): Outbox<Transaction> {
  const { db, name = 'default', wake, leases, clock = systemClock, random = systemRandom } = options
  const announcer = new Announcer(() => wake.notify(db, wakeChannel, name))
  const isParked = (id: string) => sql`outbox = ${name} and id = ${id} and parked`
  const announced = (count: number): boolean => {
    if (count > 0) announcer.occasion()
    return count > 0
  }
  return {
    async put(transaction, messages) {
      if (messages.length === 0) return
      await put(transaction, name, messages)
      transaction.onCommit(() => announcer.occasion())
    },
    relay: (handler, relayOptions = {}) =>
      new Relay(new PostgresSource({ db, outbox: name, leases, wake }), handler, relayOptions, { clock, random }),
    parked: (limit = 100) =>
      db.rows(sql<ParkedMessage>`
        select id, key, type, payload, headers, created_at as "createdAtMs", attempts, error
        from ashlar_outbox where outbox = ${name} and attempts > 0 and parked order by position limit ${limit}`),
    redrive: async (id) =>
      announced(
        await db.run(sql`
          update ashlar_outbox set parked = false, attempts = 0, due_at = '-infinity', error = null
          where ${isParked(id)}`),
      ),
    discard: async (id) => announced(await db.run(sql`delete from ashlar_outbox where ${isParked(id)}`)),
  }
}

async function put(tx: Transaction, outbox: string, messages: readonly NewMessage[]): Promise<void> {
  const prepared = prepare(messages)
  // Until the commit: whoever puts under the key next gets positions after these. In one order everywhere, so that two
  // who put under the same keys at once do not wait for each other.
  const keys = [...new Set(messages.map(({ key }) => key))].toSorted()
  await tx.run(sql`
    select pg_advisory_xact_lock(hashtextextended(${`ashlar_outbox:${outbox}:`} || key, 0))
    from unnest(${keys}::text[]) with ordinality as wanted (key, nth) order by nth`)
  const columns = { id: 'text', key: 'text', type: 'text', payload: 'jsonb', headers: 'jsonb' } as const
  await tx.run(sql`
    insert into ashlar_outbox (outbox, id, key, type, payload, headers)
    select ${outbox}, id, key, type, payload, headers from ${sql.unnest('message', columns, prepared)} order by nth`)
}
