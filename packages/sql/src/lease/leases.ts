import { faultPoint, systemClock, type Closeable } from '@ashlar/kernel'
import { migrate, type MigrateResult } from '../migrate.ts'
import type { Database, Transaction } from '../queryable.ts'
import { sql } from '../sql.ts'
import type { Statement } from '../statement.ts'
import { leaseClaimed } from './events.ts'
import { HeldLease, type Lease } from './lease.ts'
import type { LeasesOptions } from './options.ts'
import { Worker } from './worker.ts'

/** Claims leases for this process. */
export interface Leases extends Closeable {
  /** The lease on one thing, or `undefined` when it is held, by whomever. */
  tryClaim(resource: string): Promise<Lease | undefined>
  /**
   * Claims what a statement finds: rows with a text `resource`. So that workers find different rows, end it with
   * `limit n for update skip locked`, and pass over what is held with {@link unleased}:
   *
   * `select 'order:' || id as resource from "order" where state = 'new' and ${unleased(sql`'order:' || id`)} ...`
   */
  claim(candidates: Statement<{ resource: string }>): Promise<Lease[]>
}

const directory = new URL('../../migrations/lease/', import.meta.url)

/** Makes the tables that leases are kept in, or brings them up to date. */
export function migrateLeases(db: Database): Promise<MigrateResult> {
  return migrate(db, { namespace: 'ashlar_lease', directory })
}

/** A condition, for a statement of candidates: nobody alive holds the lease on this. */
export function unleased(resource: Statement): Statement {
  // The expression stands in a query of its own, so that its names mean what they mean where the condition is put.
  return sql`not exists (
    select from (select ${resource} as resource) wanted
    join ashlar_lease on ashlar_lease.resource = wanted.resource
    join ashlar_worker on ashlar_worker.id = ashlar_lease.owner and ashlar_worker.until > clock_timestamp())`
}

/**
 * Makes this process one that can own work. All of its leases live by one row that it renews; those of a process that
 * has died, or has been paused for too long, are claimed by others, under a greater epoch.
 *
 * Expiry alone never keeps two from acting at once, since a process cannot know that it was paused: what it writes must
 * be {@link Lease.fenced}, and what it asks others for must be idempotent. Time is the server's.
 *
 * Source: M. Kleppmann, "How to do distributed locking" (2016), fencing tokens. Differs: the fence is a lock that the
 * writing transaction takes on the lease, so that the data itself need not remember epochs.
 */
export function openLeases(options: LeasesOptions): Leases {
  const { db, name, leaseMs = 15_000, clock = systemClock } = options
  if (!(leaseMs >= 10 && leaseMs <= 86_400_000)) {
    throw new RangeError(`openLeases: leaseMs must be from 10 to 86400000, got ${leaseMs}`)
  }
  const held = new Set<HeldLease>()
  let worker: Promise<Worker> | undefined
  let closed = false
  const loseAll = (): void => {
    worker = undefined
    for (const lease of held) lease.lose()
  }
  const living = async (): Promise<Worker> => {
    if (closed) throw new TypeError('leases: they have been closed')
    worker ??= Worker.begin({ db, name, leaseMs, clock }, loseAll).catch((error: unknown) => {
      worker = undefined
      throw error
    })
    return worker
  }
  const claim = async (candidates: Statement<{ resource: string }>): Promise<Lease[]> => {
    const owner = await living()
    const claimed = await db.transaction((tx) => claimIn(tx, owner.id, candidates, leaseMs))
    const fault = faultPoint('sql:lease-claimed')
    if (fault !== undefined) await fault
    const holder = { db, worker: owner.id, leaseMs, forget: (lease: HeldLease) => held.delete(lease) }
    const leases = claimed.map(({ resource, epoch }) => new HeldLease(resource, epoch, holder))
    for (const lease of leases) {
      held.add(lease)
      // It may have ended while the claim was on its way.
      if (!owner.alive) lease.lose()
      else if (leaseClaimed.hasSubscribers) {
        leaseClaimed.publish({ resource: lease.resource, epoch: lease.epoch, worker: owner.id })
      }
    }
    return leases
  }
  return {
    claim,
    async tryClaim(resource) {
      await living()
      // That it is held is the usual answer of those who stand by, and takes no transaction.
      const free = await db.rows(sql`select where ${unleased(sql`${resource}::text`)}`)
      if (free.length === 0) return undefined
      return (await claim(sql<{ resource: string }>`select ${resource}::text as resource`))[0]
    },
    async [Symbol.asyncDispose]() {
      closed = true
      const last = await worker?.catch(() => undefined)
      await last?.end()
    },
  }
}

async function claimIn(
  tx: Transaction,
  worker: string,
  candidates: Statement<{ resource: string }>,
  leaseMs: number,
): Promise<{ resource: string; epoch: number }[]> {
  // Paused in the middle, this process must not keep the others waiting for its locks.
  await tx.run(sql`select set_config('idle_in_transaction_session_timeout', ${`${leaseMs}ms`}, true)`)
  const found = await tx.rows(candidates)
  if (found.length === 0) return []
  // In one order everywhere, so that two who claim the same do not wait for each other.
  const resources = [...new Set(found.map(({ resource }) => resource))].toSorted()
  await tx.run(sql`
    insert into ashlar_lease (resource) select * from unnest(${resources}::text[]) on conflict do nothing`)
  // Who holds them is looked at only now that nobody can change it: a condition on what was joined to a row before the
  // row was locked would be judged by what it was then.
  const rows = await tx.rows(sql<{ resource: string; owner: string | null }>`
    select resource, owner from ashlar_lease where resource = any (${resources}::text[])
    order by resource for update skip locked`)
  const owners = [...new Set(rows.map(({ owner }) => owner))].filter((owner) => owner !== null)
  // One that is giving a sign of life is not dead; one that would do so from now on waits, and finds that it is too late.
  const dead = await tx.rows(sql<{ id: string }>`
    select id from ashlar_worker where id = any (${owners}::text[]) and until <= clock_timestamp()
    for share skip locked`)
  return tx.rows(sql<{ resource: string; epoch: number }>`
    update ashlar_lease lease set owner = ${worker}, epoch = nextval('ashlar_lease_epoch')
    where resource = any (${rows.map(({ resource }) => resource)}::text[])
      and (owner is null or owner = any (${dead.map(({ id }) => id)}::text[])
        or not exists (select from ashlar_worker where id = lease.owner))
      and exists (select from ashlar_worker where id = ${worker} and until > clock_timestamp())
    returning resource, epoch`)
}
