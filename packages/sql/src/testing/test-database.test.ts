import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '../index.ts'
import { rejectsWith } from '../rejects.test.support.ts'
import { testDatabase } from './index.ts'

test('each call gives an empty database of its own, closed when the test ends', async (t) => {
  let ended: (() => Promise<void>) | undefined
  const first = await testDatabase({ name: t.name, after: (cleanup) => (ended = cleanup) })
  const second = await testDatabase(t)
  await first.db.run(sql`create table item (id int)`)
  await rejectsWith(second.db.run(sql`select from item`), 'ASHLAR_SQL_QUERY', /does not exist/)
  assert.notEqual(first.url, second.url)
  await ended?.()
  await rejectsWith(first.db.ping(), 'ASHLAR_SQL_UNAVAILABLE', /closed/)
})
