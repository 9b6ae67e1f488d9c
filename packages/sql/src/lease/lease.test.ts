import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openDatabase, sql, type Database } from '../index.ts'
import { runProgram } from '../program.test.support.ts'
import { rejectsWith } from '../rejects.test.support.ts'
import { withClock } from '../test-clock.test.support.ts'
import { testDatabase, type TestDatabase } from '../testing/index.ts'
import {
  leaseClaimed,
  leaseLost,
  migrateLeases,
  openLeases,
  unleased,
  type Lease,
  type LeaseEvent,
  type Leases,
} from './index.ts'

async function open(t: TestContext): Promise<TestDatabase & { one: Leases; other: Leases }> {
  const database = await testDatabase(t)
  await migrateLeases(database.db)
  const one = openLeases({ db: database.db, name: 'one' })
  const other = openLeases({ db: database.db, name: 'other' })
  t.after(async () => {
    await one[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
  })
  return { ...database, one, other }
}

async function claimed(leases: Leases, resource: string): Promise<Lease> {
  const lease = await leases.tryClaim(resource)
  assert.ok(lease !== undefined, `${resource} is held`)
  return lease
}

/** As if all those of that name had been silent for as long as a lease lasts. */
async function expire(db: Database, name: string): Promise<void> {
  await db.run(sql`update ashlar_worker set until = clock_timestamp() where name = ${name}`)
}

const write = sql`insert into written values (1)`

test('of many who claim the same, one gets it; released, it can be claimed at once', async (t) => {
  const { one, other } = await open(t)
  const claims = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other).tryClaim('a')))
  const [lease, ...more] = claims.filter((claim) => claim !== undefined)
  assert.ok(lease !== undefined && more.length === 0)
  await lease.release()
  await lease.release()
  assert.equal(lease.signal.aborted, true)
  const next = await claimed(other, 'a')
  assert.ok(next.epoch > lease.epoch)
})

/** Leases of a process that stands still, in the middle of a statement, wherever that asks for the time. */
async function openStalled(
  database: TestDatabase,
): Promise<{ leases: Leases; stall: () => Promise<Stall> } & AsyncDisposable> {
  const db = await withClock(database, 'perform pg_advisory_xact_lock_shared(7);', 'stalled')
  const leases = openLeases({ db, name: 'stalled', leaseMs: 3_600_000 })
  // Its row as one that lives is made with the first claim.
  await claimed(leases, 'something else')
  return {
    leases,
    async stall() {
      const begun = Promise.withResolvers<void>()
      const over = Promise.withResolvers<void>()
      const ended = database.db.transaction(async (tx) => {
        await tx.run(sql`select pg_advisory_xact_lock(7)`)
        begun.resolve()
        await over.promise
      })
      await begun.promise
      const waiting = sql<{ count: number }>`
        select count(*) from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`
      return {
        reached: async () => {
          while ((await database.db.one(waiting)).count === 0);
        },
        async end() {
          over.resolve()
          await ended
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await leases[Symbol.asyncDispose]()
      await db[Symbol.asyncDispose]()
    },
  }
}

interface Stall {
  /** Resolves when somebody stands still. */
  reached(): Promise<void>
  end(): Promise<void>
}

const theOne = sql<{ resource: string }>`select 'a'::text as resource`

test('of two who take over from the dead one gets it, also when one looks before and takes after the other', async (t) => {
  const database = await open(t)
  const { db, one, other } = database
  await claimed(one, 'a')
  await expire(db, 'one')
  await using stalled = await openStalled(database)
  const stall = await stalled.stall()
  const late = stalled.leases.claim(theOne)
  await stall.reached()
  const early = await other.claim(theOne)
  await stall.end()
  const all = [...early, ...(await late)]
  assert.equal(all.length, 1)
  await db.transaction(async (tx) => all[0]?.fenced(tx))
})

test('an owner whose sign of life is on its way is not dead, and nobody waits for it', async (t) => {
  const { db, one, other } = await open(t)
  const lease = await claimed(one, 'a')
  await expire(db, 'one')
  await db.transaction(async (tx) => {
    await tx.run(sql`update ashlar_worker set until = clock_timestamp() + interval '1 hour' where name = 'one'`)
    assert.deepEqual(await other.claim(theOne), [])
  })
  assert.deepEqual(await other.claim(theOne), [])
  await db.transaction((tx) => lease.fenced(tx))
})

test('workers that claim rows of one table share them, none twice, none that is held', async (t) => {
  const { db, one, other } = await open(t)
  await db.run(sql`create table job as select id from generate_series(1, 30) id`)
  const next = sql<{ resource: string }>`
    select 'job:' || id as resource from job where ${unleased(sql`'job:' || id`)} order by id limit 4 for update skip locked`
  const batches = await Promise.all(Array.from({ length: 6 }, (_, index) => (index % 2 ? one : other).claim(next)))
  for (let batch = await one.claim(next); batch.length > 0; batch = await one.claim(next)) batches.push(batch)
  const resources = batches.flat().map(({ resource }) => resource)
  assert.equal(resources.length, 30)
  assert.equal(new Set(resources).size, 30)
})

test('what an owner held is taken over when it has expired, and the owner then writes nothing more', async (t) => {
  const { db, one, other } = await open(t)
  await db.run(sql`create table written (id int)`)
  const lost: unknown[] = []
  // The process may have other leases, of services that other tests have started.
  using _ = leaseLost.subscribe(({ resource, epoch }) => {
    if (resource === 'a') lost.push({ resource, epoch })
  })
  const first = await claimed(one, 'a')
  assert.equal(await other.tryClaim('a'), undefined)
  await expire(db, 'one')
  const second = await claimed(other, 'a')
  assert.ok(second.epoch > first.epoch)
  const late = db.transaction(async (tx) => {
    await first.fenced(tx)
    await tx.run(write)
  })
  await rejectsWith(late, 'ASHLAR_SQL_LEASE_LOST', /"a" \(epoch \d+\) is no longer held/)
  assert.equal(first.signal.aborted, true)
  assert.deepEqual(lost, [{ resource: 'a', epoch: first.epoch }])
  await first.release()
  await db.transaction(async (tx) => {
    await second.fenced(tx)
    await tx.run(write)
  })
  assert.equal((await db.rows(sql`select from written`)).length, 1)
})

test('nobody takes a lease over while a transaction under it is open, and nobody waits for that', async (t) => {
  const { db, one, other } = await open(t)
  const lease = await claimed(one, 'a')
  await db.transaction(async (tx) => {
    await lease.fenced(tx)
    await db.transaction((second) => lease.fenced(second))
    await expire(db, 'one')
    assert.equal(await other.tryClaim('a'), undefined)
  })
  await claimed(other, 'a')
})

test('a process that finds its own time was up loses all it held, and begins anew', async (t) => {
  const { db } = await open(t)
  const events: string[] = []
  const tell =
    (what: string) =>
    ({ resource }: LeaseEvent): void => {
      if (resource === 'a') events.push(`${what} ${resource}`)
    }
  for (const listening of [leaseClaimed.subscribe(tell('claimed')), leaseLost.subscribe(tell('lost'))]) {
    t.after(() => listening[Symbol.dispose]())
  }
  await using brief = openLeases({ db, name: 'brief', leaseMs: 900 })
  const lease = await claimed(brief, 'a')
  const gone = new Promise<void>((resolve) => {
    lease.signal.addEventListener('abort', () => resolve())
  })
  await expire(db, 'brief')
  await gone
  assert.deepEqual(events, ['claimed a', 'lost a'])
  await claimed(brief, 'a')
})

test('a lease lasts for as long as its owner lives', async (t) => {
  const { db, other } = await open(t)
  await using brief = openLeases({ db, name: 'brief', leaseMs: 600 })
  const lease = await claimed(brief, 'a')
  const until = sql<{ until: number }>`select until from ashlar_worker where name = 'brief'`
  const first = await db.one(until)
  // Two leases long, as the server counts.
  while ((await db.one(until)).until < first.until + 1_200) assert.equal(await other.tryClaim('a'), undefined)
  assert.equal(lease.signal.aborted, false)
})

test('closing gives everything up', async (t) => {
  const { db, one, other } = await open(t)
  const lease = await claimed(one, 'a')
  await one[Symbol.asyncDispose]()
  assert.equal(lease.signal.aborted, true)
  await claimed(other, 'a')
  assert.deepEqual(await db.rows(sql`select name from ashlar_worker`), [{ name: 'other' }])
  await assert.rejects(one.tryClaim('a'), TypeError)
})

// Claims, tells, and then writes under its lease as fast as it can, telling how each write ended.
const owner = `
  const db = await openDatabase({ url: argument.url })
  const leases = subject.openLeases({ db, name: 'child', leaseMs: argument.leaseMs })
  // On a machine that is busy, it may be taken for dead before it has begun.
  let lease
  while (lease === undefined) lease = await leases.tryClaim('a')
  tell(lease.epoch)
  for (;;) {
    try {
      await db.transaction(async (tx) => {
        await lease.fenced(tx)
        await tx.run(sql\`insert into written values (\${lease.epoch})\`)
      })
    } catch (error) {
      if (error.code === 'ASHLAR_SQL_UNAVAILABLE') continue
      tell({ code: error.code, aborted: lease.signal.aborted })
      process.exit()
    }
  }`

/** Claims as soon as that is possible. */
async function takeOver(leases: Leases): Promise<Lease> {
  for (;;) {
    const lease = await leases.tryClaim('a')
    if (lease !== undefined) return lease
  }
}

test('an owner that is paused past its lease is taken over from, and fenced when it goes on', async (t) => {
  const { db, url, one } = await open(t)
  await db.run(sql`create table written (epoch int, id int generated always as identity)`)
  for (let round = 0; round < 2; round++) {
    await using child = runProgram('./lease/index.ts', owner, { url, leaseMs: 200 })
    const epoch = (await child.told()) as number
    child.signal('SIGSTOP')
    const lease = await takeOver(one)
    assert.ok(lease.epoch > epoch)
    await db.transaction(async (tx) => {
      await lease.fenced(tx)
      await tx.run(sql`insert into written values (${lease.epoch})`)
    })
    child.signal('SIGCONT')
    assert.deepEqual(await child.told(), { code: 'ASHLAR_SQL_LEASE_LOST', aborted: true })
    const [last] = await db.rows(sql`select epoch from written order by id desc limit 1`)
    assert.deepEqual(last, { epoch: lease.epoch })
    await lease.release()
  }
})

test('what a killed owner held is taken over, when its lease has expired and not before', async (t) => {
  const { db, url, one } = await open(t)
  await db.run(sql`create table written (epoch int)`)
  await using child = runProgram('./lease/index.ts', owner, { url, leaseMs: 200 })
  await child.told()
  child.signal('SIGKILL')
  const { until } = await db.one(
    sql<{ until: number }>`select max(until) as until from ashlar_worker where name = 'child'`,
  )
  const lease = await takeOver(one)
  const { now } = await db.one(sql<{ now: number }>`select clock_timestamp() as now`)
  assert.ok(now >= until)
  await db.transaction((tx) => lease.fenced(tx))
})

test('a lease so short or so long that it says nothing is refused', async (t) => {
  const { db } = await testDatabase(t)
  for (const leaseMs of [9, Infinity, NaN]) {
    assert.throws(() => openLeases({ db, name: 'one', leaseMs }), /RangeError: openLeases: leaseMs must be from 10 to/)
  }
})

test('claiming needs the tables, and says which are missing', async (t) => {
  const { url } = await testDatabase(t)
  await using db = await openDatabase({ url })
  await using leases = openLeases({ db, name: 'one' })
  await rejectsWith(leases.tryClaim('a'), 'ASHLAR_SQL_QUERY', /"ashlar_worker" does not exist/)
})
