import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { sql } from '../index.ts'
import { createMemoryDedupe, memoryTransaction } from '../memory/index.ts'
import { runProgram } from '../program.test.support.ts'
import { testDatabase } from '../testing/index.ts'
import { dedupeContract } from './contract.test.support.ts'
import { createDedupe, migrateDedupe } from './index.ts'

dedupeContract('postgres', async (t) => {
  const { db } = await testDatabase(t)
  await migrateDedupe(db)
  return {
    dedupe: createDedupe(db),
    transaction: (work) => db.transaction(work),
    async age(ms) {
      await db.run(sql`update ashlar_dedupe set at = at - ${ms} * interval '1 millisecond'`)
    },
  }
})

dedupeContract('memory', async () => {
  const clock = new VirtualClock()
  return { dedupe: createMemoryDedupe({ clock }), transaction: memoryTransaction, age: (ms) => clock.advance(ms) }
})

// Handles messages 0 to 9 over and over, each in a transaction; killed at the n-th time that the work is done.
const program = `
  const db = await openDatabase({ url: argument.url })
  const dedupe = subject.createDedupe(db)
  let works = 0
  kernel.driveFaults({ hit: (name) => (name === 'sql:dedupe-worked' && ++works === argument.at ? die() : undefined) })
  for (let id = 0; id < 10; id++) {
    await db.transaction((tx) => dedupe.once(tx, 'child', String(id), async (inner) => {
      await inner.run(sql\`insert into effect values (\${id})\`)
    }))
  }
  process.exit()`

test('killed in the middle of a message, a handler does it once: when it is delivered again', async (t) => {
  const { db, url } = await testDatabase(t)
  await migrateDedupe(db)
  await db.run(sql`create table effect (id int)`)
  for (const at of [3, 1, 5, 99]) {
    await using child = runProgram('./dedupe/index.ts', program, { url, at })
    await child.rest()
  }
  const effects = await db.rows<{ id: number }>(sql`select id from effect order by id`)
  assert.deepEqual(
    effects.map(({ id }) => id),
    Array.from({ length: 10 }, (_, id) => id),
  )
})
