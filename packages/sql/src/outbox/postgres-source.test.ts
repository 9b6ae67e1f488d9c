import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase, sql } from '../index.ts'
import { migrateLeases, openLeases } from '../lease/index.ts'
import { withClock } from '../test-clock.test.support.ts'
import { testDatabase } from '../testing/index.ts'
import { openWake } from '../wake/index.ts'
import { createOutbox, migrateOutbox } from './index.ts'
import { PostgresSource } from './postgres-source.ts'
import type { Turn } from './relay-source.ts'

test('when the first of a key becomes due while messages are looked for, none after it is found without it', async (t) => {
  const database = await testDatabase(t)
  await migrateLeases(database.db)
  await migrateOutbox(database.db)
  // A second goes by whenever the server looks at its clock.
  await using db = await withClock(
    database,
    `return pg_catalog.clock_timestamp() + nextval('test_clock.tick') * interval '1 second';`,
  )
  await using wake = openWake({ url: database.url })
  await using leases = openLeases({ db, name: 'test', leaseMs: 3_600_000 })
  const outbox = createOutbox({ db, wake, leases })
  await db.transaction((tx) =>
    outbox.put(
      tx,
      ['a1', 'a2', 'a3'].map((id) => ({ key: 'a', id, type: 'test.happened', payload: null })),
    ),
  )
  const source = new PostgresSource({ db, outbox: 'default', leases, wake })
  const turn = (await source.turn()) as Turn
  const find = async (): Promise<string> => {
    const { messages } = await turn.next(10, [])
    return messages.map(({ message }) => message.id).join()
  }
  const [first] = (await turn.next(10, [])).messages
  assert.ok(first)
  for (const delayMs of [1_500, 2_500, 3_500, 4_500]) {
    await turn.settle([], [{ position: first.position, attempt: 1, error: 'no', delayMs, parked: false }])
    let found = await find()
    while (found === '') found = await find()
    assert.equal(found, 'a1,a2,a3')
  }
  await source.close()
})

test('the next time to look is when a key that failed is due, unless somebody works on that key', async (t) => {
  const { db, url } = await testDatabase(t)
  await migrateLeases(db)
  await migrateOutbox(db)
  await using wake = openWake({ url })
  await using leases = openLeases({ db, name: 'test' })
  const outbox = createOutbox({ db, wake, leases })
  await db.transaction((tx) => outbox.put(tx, [{ key: 'a', type: 'test.happened', payload: null }]))
  const turn = (await new PostgresSource({ db, outbox: 'default', leases, wake }).turn()) as Turn
  const [first] = (await turn.next(10, [])).messages
  assert.ok(first)
  await turn.settle([], [{ position: first.position, attempt: 1, error: 'no', delayMs: 60_000, parked: false }])
  const { messages, dueInMs = 0 } = await turn.next(10, [])
  assert.deepEqual(messages, [])
  assert.ok(dueInMs > 30_000 && dueInMs <= 60_000)
  assert.deepEqual(await turn.next(10, ['a']), { messages: [], dueInMs: undefined })
})

test('however many keys are held back, what waits behind them is found and counted in time', async (t) => {
  const { db, url } = await testDatabase(t)
  await migrateLeases(db)
  await migrateOutbox(db)
  await db.run(sql`
    insert into ashlar_outbox (outbox, id, key, type, payload, headers, attempts, parked)
    select 'default', n, n, 't', 'null', '{}', case when n <= 20000 then 10 else 0 end, n <= 20000
    from generate_series(1, 20010) as n`)
  await db.run(sql`analyze ashlar_outbox`)
  // What a set of so many keys needs is more than the server gives it.
  const name = sql.id(new URL(url).pathname.slice(1))
  await db.run(sql`alter database ${name} set work_mem = '64kB'`)
  await db.run(sql`alter database ${name} set statement_timeout = '2s'`)
  await using small = await openDatabase({ url })
  await using wake = openWake({ url })
  await using leases = openLeases({ db, name: 'test' })
  const source = new PostgresSource({ db: small, outbox: 'default', leases, wake })
  const turn = (await source.turn()) as Turn
  assert.equal((await turn.next(100, [])).messages.length, 10)
  assert.equal((await source.backlog()).messages, 10)
  await source.close()
})

test('what waits is counted from the oldest on, without what waits for a person and what that holds back', async (t) => {
  const { db, url } = await testDatabase(t)
  await migrateLeases(db)
  await migrateOutbox(db)
  await using wake = openWake({ url })
  await using leases = openLeases({ db, name: 'test' })
  const outbox = createOutbox({ db, wake, leases })
  const source = new PostgresSource({ db, outbox: 'default', leases, wake })
  assert.deepEqual(await source.backlog(), { messages: 0, oldestAgeMs: undefined })
  const put = (of: string, keys: readonly string[]): Promise<void> =>
    db.transaction((tx) =>
      createOutbox({ db, wake, leases, name: of }).put(
        tx,
        keys.map((key) => ({ key, type: 'test.happened', payload: null })),
      ),
    )
  await put('default', ['parked', 'parked', 'failing', 'fresh'])
  await put('other', ['a', 'b'])
  const minutesAgo = { parked: 60, failing: 10, fresh: 1, a: 90, b: 90 }
  for (const [key, minutes] of Object.entries(minutesAgo)) {
    await db.run(sql`
      update ashlar_outbox set created_at = clock_timestamp() - ${minutes}::float8 * interval '1 minute'
      where key = ${key}`)
  }
  await db.run(sql`
    update ashlar_outbox set attempts = 1, parked = key = 'parked', due_at = clock_timestamp() + interval '1 hour'
    where position = 1 or key = 'failing'`)
  const { messages, oldestAgeMs = 0 } = await source.backlog()
  assert.equal(messages, 2)
  assert.ok(oldestAgeMs >= 600_000 && oldestAgeMs < 660_000, String(oldestAgeMs))
  // Who relays is asked nothing.
  assert.equal((await db.rows(sql`select from ashlar_lease`)).length, 0)
  assert.equal(await outbox.redrive((await outbox.parked())[0]?.id ?? ''), true)
  assert.equal((await source.backlog()).messages, 4)
  await db.run(sql`
    insert into ashlar_outbox (outbox, id, key, type, payload, headers)
    select 'default', 'many-' || n, 'k' || n, 't', 'null', '{}' from generate_series(1, 10001) as n`)
  assert.equal((await source.backlog()).messages, 10_000)
})
