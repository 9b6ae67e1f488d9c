import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from './sql.ts'
import { testDatabase } from './testing/index.ts'

const leaving = [
  { statement: sql`set statement_timeout = 77`, advice: /use "set local"/ },
  { statement: sql`select set_config('search_path', 'other', false)`, advice: /pass true/ },
  { statement: sql`select pg_try_advisory_lock(1)`, advice: /pg_advisory_xact_lock/ },
  { statement: sql`listen news`, advice: /connections are shared/ },
]

test('what would stay behind on a connection for whoever comes next is refused, with advice', async (t) => {
  const { db } = await testDatabase(t)
  for (const { statement, advice } of leaving) {
    await assert.rejects(
      db.transaction((tx) => tx.run(statement)),
      (error) => error instanceof TypeError && advice.test(error.message),
    )
    await assert.rejects(db.run(statement), TypeError)
  }
})

test('what ends with its transaction is not', async (t) => {
  const { db } = await testDatabase(t)
  await db.transaction(async (tx) => {
    await tx.run(sql`set local statement_timeout = 77777`)
    await tx.run(sql`select set_config('application_name', 'mine', true), pg_advisory_xact_lock(1)`)
    assert.deepEqual(await tx.rows(sql`show statement_timeout`), [{ statement_timeout: '77777ms' }])
  })
  const after = await db.transaction((tx) => tx.rows(sql`show statement_timeout`))
  assert.deepEqual(after, [{ statement_timeout: '0' }])
})
