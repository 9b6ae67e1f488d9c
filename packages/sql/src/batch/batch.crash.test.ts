import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '../index.ts'
import { runProgram } from '../program.test.support.ts'
import { testDatabase } from '../testing/index.ts'

// Thirty-two callers, each of whom tells what was acknowledged before it goes on; killed at its n-th flush.
const program = `
  await using db = await openDatabase({ url: argument.url })
  const batch = subject.createBatch({
    name: 'crash',
    maxItems: 10,
    flush: async (items) => {
      await db.run(sql\`insert into item select * from unnest(\${items}::int[])\`)
      return items
    },
  })
  let flushes = 0
  kernel.driveFaults({ hit: (name) => (name === 'sql:batch-flushed' && ++flushes === argument.at ? die() : undefined) })
  let next = 0
  await Promise.all(Array.from({ length: 32 }, async () => {
    for (;;) tell(await batch.add(next++))
  }))`

test('killed between the commit and the acknowledgement: all that was acknowledged is there, nothing twice', async (t) => {
  const { url, db } = await testDatabase(t)
  await db.run(sql`create table item (id int primary key)`)
  for (const at of [1, 40]) {
    await db.run(sql`truncate item`)
    await using child = runProgram('./batch/index.ts', program, { url, at })
    const acknowledged = (await child.rest()) as number[]
    const rows = await db.rows<{ id: number }>(sql`select id from item`)
    const kept = new Set(rows.map(({ id }) => id))
    assert.deepEqual(
      acknowledged.filter((id) => !kept.has(id)),
      [],
    )
    // What the last flush wrote is there as well, though nobody was told.
    assert.ok(kept.size > acknowledged.length && kept.size <= acknowledged.length + 10)
  }
})
