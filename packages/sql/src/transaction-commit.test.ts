import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from './index.ts'
import { runProgram } from './program.test.support.ts'
import { rejectsWith } from './rejects.test.support.ts'
import { testDatabase } from './testing/index.ts'

const increment = sql`update counter set value = value + 1`

test('a connection lost in the commit leaves the outcome open: nobody is told of one, and nothing is run again', async (t) => {
  const { db } = await testDatabase(t)
  await db.run(sql`create table counter (value int not null)`)
  await db.run(sql`insert into counter values (0)`)
  await db.transaction(async (tx) => {
    await tx.run(sql`
      create function die() returns trigger language plpgsql as
      'begin perform pg_terminate_backend(pg_backend_pid()); return null; end'`)
    await tx.run(sql`
      create constraint trigger at_commit after update on counter deferrable initially deferred
      for each row execute function die()`)
  })
  let runs = 0
  let told = 0
  const lost = db.transaction(
    async (tx) => {
      runs++
      tx.onCommit(() => told++)
      await tx.run(increment)
    },
    { retry: { maxAttempts: 5 } },
  )
  const error = await rejectsWith(lost, 'ASHLAR_SQL_UNAVAILABLE')
  assert.equal((error as unknown as { mayHaveRun: boolean }).mayHaveRun, true)
  assert.deepEqual([runs, told], [1, 0])
})

test('who is told of a commit and throws does not undo it: the caller gets the result, the program the exception', async (t) => {
  const { url } = await testDatabase(t)
  const program = `
    const db = await openDatabase({ url: argument.url })
    process.on('uncaughtException', (error) => tell(error.message))
    tell(await db.transaction(async (tx) => {
      tx.onCommit(() => { throw new Error('listener') })
      return 'committed'
    }))
    process.exit()`
  await using child = runProgram('./index.ts', program, { url })
  assert.deepEqual(new Set(await child.rest()), new Set(['committed', 'listener']))
})
