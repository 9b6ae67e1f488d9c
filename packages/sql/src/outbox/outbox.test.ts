import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { sql, type Database } from '../index.ts'
import { migrateLeases, openLeases } from '../lease/index.ts'
import { createMemoryOutbox, memoryTransaction } from '../memory/index.ts'
import { runProgram } from '../program.test.support.ts'
import { testDatabase } from '../testing/index.ts'
import { openWake } from '../wake/index.ts'
import { outboxContract } from './contract.test.support.ts'
import { createOutbox, migrateOutbox, relayStalled } from './index.ts'

async function migrated(db: Database): Promise<void> {
  await migrateLeases(db)
  await migrateOutbox(db)
}

outboxContract('postgres', async (t) => {
  const { db, url } = await testDatabase(t)
  await migrated(db)
  const wake = openWake({ url, pollMs: 50 })
  const leases = openLeases({ db, name: 'test' })
  t.after(async () => {
    await wake[Symbol.asyncDispose]()
    await leases[Symbol.asyncDispose]()
  })
  return { outbox: createOutbox({ db, wake, leases }), transaction: (work) => db.transaction(work) }
})

outboxContract('memory', async () => ({ outbox: createMemoryOutbox(), transaction: memoryTransaction }))

test('memory: while a message is tried again, the store is not asked over and over when that will be', async () => {
  const virtual = new VirtualClock()
  let timers = 0
  const clock: Clock = {
    now: () => virtual.now(),
    wall: () => virtual.wall(),
    timer: (delayMs, go) => (timers++, virtual.timer(delayMs, go)),
    immediate: (run) => virtual.immediate(run),
  }
  const outbox = createMemoryOutbox({ clock })
  const again = Promise.withResolvers<void>()
  await using _ = outbox.relay(async ({ key }, { attempt }) => {
    if (key === 'b') return
    if (attempt === 1) throw new Error('not yet')
    again.resolve()
    await new Promise(() => undefined)
  })
  const put = (key: string): Promise<void> =>
    memoryTransaction((tx) => outbox.put(tx, [{ key, type: 'test.happened', payload: null }]))
  await put('a')
  await virtual.advance(200)
  await again.promise
  await put('b')
  await virtual.advance(10)
  const before = timers
  await virtual.advance(1_000)
  assert.equal(timers, before)
})

test('who puts under one key waits for the other to commit; under another key nobody waits', async (t) => {
  const { db, url } = await testDatabase(t)
  await migrated(db)
  await using wake = openWake({ url })
  await using leases = openLeases({ db, name: 'test' })
  const outbox = createOutbox({ db, wake, leases })
  const put = (key: string): Promise<void> =>
    db.transaction((tx) => outbox.put(tx, [{ key, type: 'test.happened', payload: null }]))
  let second: Promise<void> | undefined
  await db.transaction(async (tx) => {
    await outbox.put(tx, [{ key: 'a', type: 'test.happened', payload: null }])
    await put('b')
    second = put('a')
    const waiting = sql<{ count: number }>`
      select count(*) from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`
    while ((await db.one(waiting)).count === 0);
  })
  await second
  assert.equal((await db.rows(sql`select from ashlar_outbox`)).length, 3)
})

test('a relay that closes tells those that stand by, so that nothing waits until they poll', async (t) => {
  const { db, url } = await testDatabase(t)
  await migrated(db)
  await using wake = openWake({ url, pollMs: 3_600_000 })
  await using leases = openLeases({ db, name: 'test' })
  const outbox = createOutbox({ db, wake, leases })
  const received: string[] = []
  const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
  const first = outbox.relay(async ({ id }) => (received.push(`first ${id}`), both[0].resolve()))
  const put = (id: string): Promise<void> =>
    db.transaction((tx) => outbox.put(tx, [{ key: 'a', id, type: 'test.happened', payload: null }]))
  await put('1')
  await both[0].promise
  await using _ = outbox.relay(async ({ id }) => (received.push(`second ${id}`), both[1].resolve()))
  await first.drain?.(new AbortController().signal)
  await put('2')
  await first[Symbol.asyncDispose]()
  await both[1].promise
  assert.deepEqual(received, ['first 1', 'second 2'])
})

test('a relay without its tables says so, and goes on when they are there', async (t) => {
  const { db, url } = await testDatabase(t)
  await migrateLeases(db)
  await using wake = openWake({ url, pollMs: 3_600_000 })
  await using leases = openLeases({ db, name: 'test' })
  const outbox = createOutbox({ db, wake, leases })
  const stalled = Promise.withResolvers<unknown>()
  using _ = relayStalled.subscribe(({ error }) => stalled.resolve(error))
  const received = Promise.withResolvers<string>()
  const relay = outbox.relay(async ({ id }) => received.resolve(id))
  t.after(() => relay[Symbol.asyncDispose]())
  assert.match(String(await stalled.promise), /"ashlar_outbox" does not exist/)
  await migrateOutbox(db)
  await db.transaction((tx) => outbox.put(tx, [{ key: 'a', id: '1', type: 'test.happened', payload: null }]))
  assert.equal(await received.promise, '1')
})

// Places orders of four keys and relays what they put, into a table that stands for the receiver; killed between the
// n-th batch's delivery and its record.
const program = `
  import { openWake } from ${JSON.stringify(new URL('../wake/index.ts', import.meta.url).href)}
  import { openLeases } from ${JSON.stringify(new URL('../lease/index.ts', import.meta.url).href)}
  const db = await openDatabase({ url: argument.url })
  const wake = openWake({ url: argument.url, pollMs: 20 })
  const leases = openLeases({ db, name: 'child', leaseMs: 150 })
  const outbox = subject.createOutbox({ db, wake, leases })
  let batches = 0
  kernel.driveFaults({ hit: (name) => (name === 'sql:outbox-delivered' && ++batches === argument.at ? die() : undefined) })
  outbox.relay(async ({ key, payload }) => {
    await db.run(sql\`insert into received (key, n) values (\${key}, \${payload.n})\`)
  }, { batchItems: 7 })
  await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => {
    for (let n = argument.from; n < argument.to; n++) {
      await db.transaction(async (tx) => {
        await tx.run(sql\`insert into placed values (\${key}, \${n})\`)
        await outbox.put(tx, [{ key, type: 'placed', payload: { n } }])
      })
    }
  }))
  for (;;) {
    const { left } = await db.one(sql\`select count(*) as left from ashlar_outbox\`)
    if (left === 0) process.exit()
  }`

test('killed again and again, the outbox loses nothing, invents nothing, and keeps the order of each key', async (t) => {
  const { db, url } = await testDatabase(t)
  await migrated(db)
  await db.run(sql`create table placed (key text, n int, primary key (key, n))`)
  await db.run(sql`create table received (id int generated always as identity, key text, n int)`)
  const kills = [1, 4, 2, -1]
  for (const [round, at] of kills.entries()) {
    await using child = runProgram('./outbox/index.ts', program, { url, at, from: round * 100, to: round * 100 + 30 })
    await child.rest()
  }
  const order = sql<{ key: string; ns: number[] }>`
    select key, array_agg(n order by n) as ns from placed group by key order by key`
  // A repeat tells nothing new: what counts is where each was first.
  const firsts = sql<{ key: string; ns: number[] }>`
    select key, array_agg(n order by first) as ns
    from (select key, n, min(id) as first from received group by key, n) received group by key order by key`
  assert.deepEqual(await db.rows(firsts), await db.rows(order))
  const { twice } = await db.one(sql<{ twice: number }>`
    select count(*) as twice from (select from received group by key, n having count(*) > 1) repeated`)
  assert.ok(twice > 0, 'no kill came between a delivery and its record')
})
