import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { migrate, openDatabase, sql } from './index.ts'
import { rejectsWith } from './rejects.test.support.ts'
import { testDatabase } from './testing/index.ts'

const init = 'create table item (id int primary key);\n-- two; statements\ninsert into item values (1);\n'

async function folder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ashlar migrations '))
  t.after(() => rm(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  return directory
}

test('files are applied in order, once; later ones are added', async (t) => {
  const { db } = await testDatabase(t)
  const directory = await folder(t, {
    '0002-more.sql': 'insert into item values (2)',
    '0001-init.sql': init,
    'notes.md': '',
  })
  const options = { namespace: 'shop', directory: pathToFileURL(`${directory}/`) }
  assert.deepEqual(await migrate(db, options), { applied: ['0001-init.sql', '0002-more.sql'] })
  assert.deepEqual(await migrate(db, options), { applied: [] })
  await writeFile(join(directory, '0003-last.sql'), 'insert into item values (3)')
  assert.deepEqual(await migrate(db, options), { applied: ['0003-last.sql'] })
  assert.equal((await db.rows(sql`select from item`)).length, 3)
})

test('processes that start together apply each file once', async (t) => {
  const { db, url } = await testDatabase(t)
  const directory = await folder(t, { '0001-init.sql': init, '0002-more.sql': 'insert into item values (2)' })
  const others = await Promise.all([1, 2, 3].map(() => openDatabase({ url })))
  const results = await Promise.all([db, ...others].map((one) => migrate(one, { namespace: 'shop', directory })))
  assert.deepEqual(results.flatMap(({ applied }) => applied).toSorted(), ['0001-init.sql', '0002-more.sql'])
  await Promise.all(others.map((one) => one[Symbol.asyncDispose]()))
})

test('namespaces in one database are counted apart', async (t) => {
  const { db } = await testDatabase(t)
  await migrate(db, { namespace: 'one', directory: await folder(t, { '0001-init.sql': init }) })
  const directory = await folder(t, { '0001-init.sql': 'create table other (id int)' })
  assert.deepEqual(await migrate(db, { namespace: 'two', directory }), { applied: ['0001-init.sql'] })
})

test('a file that changed after it was applied is named, with what to do; line endings are no change', async (t) => {
  const { db } = await testDatabase(t)
  const directory = await folder(t, { '0001-init.sql': init })
  const options = { namespace: 'shop', directory }
  await migrate(db, options)
  await writeFile(join(directory, '0001-init.sql'), `\uFEFF${init.replaceAll('\n', '\r\n')}`)
  await migrate(db, options)
  await writeFile(join(directory, '0001-init.sql'), `${init} `)
  await rejectsWith(
    migrate(db, options),
    'ASHLAR_SQL_MIGRATION_CHANGED',
    /0001-init\.sql was changed .*restore it and add a new migration instead/,
  )
  await writeFile(join(directory, '0001-init.sql'), init)
  await rename(join(directory, '0001-init.sql'), join(directory, '0001-start.sql'))
  await rejectsWith(
    migrate(db, options),
    'ASHLAR_SQL_MIGRATION_CHANGED',
    /0001-init\.sql was renamed to 0001-start\.sql/,
  )
})

test('gaps, doubled numbers, odd names and missing files are named', async (t) => {
  const { db } = await testDatabase(t)
  const cases: [Record<string, string>, RegExp][] = [
    [{ '0002-b.sql': '' }, /0002-b\.sql is there but 0001 is missing/],
    [{ '0001-a.sql': '', '0003-c.sql': '' }, /0003-c\.sql is there but 0002 is missing/],
    [{ '0001-a.sql': '', '0001-b.sql': '' }, /0001-a\.sql and 0001-b\.sql have the same number/],
    [{ '1-a.sql': '' }, /1-a\.sql is not named like/],
  ]
  for (const [files, message] of cases) {
    await rejectsWith(
      migrate(db, { namespace: 'shop', directory: await folder(t, files) }),
      'ASHLAR_SQL_MIGRATION_ORDER',
      message,
    )
  }
  await rejectsWith(
    migrate(db, { namespace: 'shop', directory: '/nowhere' }),
    'ASHLAR_SQL_MIGRATION_ORDER',
    /\/nowhere, cannot be read/,
  )
  const directory = await folder(t, { '0001-init.sql': init, '0002-more.sql': 'select 1' })
  await migrate(db, { namespace: 'shop', directory })
  await rm(join(directory, '0002-more.sql'))
  await rejectsWith(
    migrate(db, { namespace: 'shop', directory }),
    'ASHLAR_SQL_MIGRATION_ORDER',
    /0002-more\.sql was applied to this database, but its file is missing/,
  )
})

test('a file that fails leaves nothing behind, is named with its line, and is tried again', async (t) => {
  const { db } = await testDatabase(t)
  const directory = await folder(t, {
    '0001-init.sql': init,
    '0002-more.sql': 'insert into item values (2);\nselect oops',
  })
  const options = { namespace: 'shop', directory }
  await rejectsWith(
    migrate(db, options),
    'ASHLAR_SQL_MIGRATION_FAILED',
    /0002-more\.sql, line 2, failed: column "oops" does not exist/,
  )
  assert.equal((await db.rows(sql`select from item`)).length, 1)
  await writeFile(join(directory, '0002-more.sql'), 'insert into item values (2)')
  assert.deepEqual(await migrate(db, options), { applied: ['0002-more.sql'] })
})

test('a file that ends the transaction is refused', async (t) => {
  const { db } = await testDatabase(t)
  const directory = await folder(t, { '0001-init.sql': 'create table a (id int); commit; create table b (id int)' })
  await rejectsWith(
    migrate(db, { namespace: 'shop', directory }),
    'ASHLAR_SQL_MIGRATION_FAILED',
    /0001-init\.sql failed: a statement ended its transaction/,
  )
})
