import assert from 'node:assert/strict'
import { test } from 'node:test'
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
