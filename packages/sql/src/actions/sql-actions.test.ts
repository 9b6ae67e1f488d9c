import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { runCall } from '@ashlar/kernel'
import { migrate, openDatabase, sql, sqlActions, type Database } from '../index.ts'
import { testDatabase } from '../testing/index.ts'
import type { MigrationStatus } from './migration-status.ts'

async function folder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ashlar migrations '))
  t.after(() => rm(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  return directory
}

async function act(db: Database, name: string): Promise<unknown> {
  const found = sqlActions({ db }).find((one) => one.name === name)
  assert.ok(found !== undefined)
  assert.equal(found.risk, 'read')
  return runCall({}, (call) => found.run({}, call))
}

test('a database that nobody migrated has none to show, and asking makes no table', async (t) => {
  const { db } = await testDatabase(t)
  assert.deepEqual(await act(db, 'migrations'), [])
  assert.deepEqual(await db.one(sql`select to_regclass('ashlar_migration') is null as none`), { none: true })
})

test('migrations are shown as applied and when, pending, changed since, and missing here, each namespace by itself', async (t) => {
  const { db, url } = await testDatabase(t)
  const files = { '0001-init.sql': 'create table a (id int)', '0002-more.sql': 'create table b (id int)' }
  const shop = { namespace: 'shop', directory: await folder(t, files) }
  const outbox = { namespace: 'outbox', directory: await folder(t, { '0001-init.sql': 'create table c (id int)' }) }
  await migrate(db, shop)
  await migrate(db, outbox)
  await writeFile(join(shop.directory, '0002-more.sql'), 'create table b (id bigint)')
  await writeFile(join(shop.directory, '0003-last.sql'), 'create table d (id int)')
  await rm(join(outbox.directory, '0001-init.sql'))
  const old = { namespace: 'old', directory: await folder(t, { '0001-init.sql': 'create table e (id int)' }) }
  await using before = await openDatabase({ url })
  await migrate(before, old)
  const shown = (await act(db, 'migrations')) as MigrationStatus[]
  assert.deepEqual(
    shown.map(({ namespace, file, state }) => `${namespace} ${file} ${state}`),
    [
      'shop 0001-init.sql applied',
      'shop 0002-more.sql changed',
      'shop 0003-last.sql pending',
      'old 0001-init.sql missing',
      'outbox 0001-init.sql missing',
    ],
  )
  for (const { checksum } of shown) assert.match(checksum, /^[0-9a-f]{64}$/)
  assert.deepEqual(
    shown.map(({ appliedAt }) => appliedAt !== null && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(appliedAt)),
    [true, true, false, true, true],
  )
})

test('the pool shows connections in use, idle and waited for, as transactions come and go', async (t) => {
  const { url } = await testDatabase(t)
  await using db = await openDatabase({ url, maxConnections: 1, maxWaiting: 5 })
  const idle = { opening: 0, maxConnections: 1, waiting: 0, maxWaiting: 5 }
  const pipelines = [{ connected: true, inFlight: 0 }]
  const none = { inFlight: 0, maxInFlight: 10_000, pool: { open: 0, inUse: 0, idle: 0, ...idle }, pipelines }
  assert.deepEqual(await act(db, 'pool'), none)

  const entered = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const first = db.transaction(async () => {
    entered.resolve()
    await opened.promise
  })
  await entered.promise
  const second = db.transaction(async () => undefined)
  const busy = { open: 1, inUse: 1, idle: 0, ...idle, waiting: 1 }
  assert.deepEqual(await act(db, 'pool'), { ...none, inFlight: 2, pool: busy })
  opened.resolve()
  await Promise.all([first, second])
  assert.deepEqual(await act(db, 'pool'), { ...none, pool: { open: 1, inUse: 0, idle: 1, ...idle } })
})

test('a ping tells how long the answer took and which server gave it', async (t) => {
  const { db } = await testDatabase(t)
  const { latencyMs, server, inRecovery } = (await act(db, 'database-ping')) as Record<string, unknown>
  assert.ok((latencyMs as number) > 0)
  assert.match(String(server), /^\d+\.\d+/)
  assert.equal(inRecovery, false)
})

test('activity shows a transaction that sits there, and whom it blocks', async (t) => {
  const { db } = await testDatabase(t)
  await db.run(sql`create table item (id int primary key)`)
  await db.run(sql`insert into item values (1)`)
  const entered = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const holder = db.transaction(async (tx) => {
    await tx.run(sql`update item set id = 2`)
    entered.resolve()
    await opened.promise
  })
  await entered.promise
  const blocked = db.transaction((tx) => tx.run(sql`update item set id = 3 where id = 1`))
  interface Row {
    pid: number
    state: string
    blockedBy: number[]
    query: string
    seconds: number
  }
  let rows: Row[] = []
  // The blocked statement is on its way to the server: asked again until it is there.
  while (!rows.some(({ blockedBy }) => blockedBy.length > 0)) rows = (await act(db, 'database-activity')) as Row[]
  const waiting = rows.find(({ blockedBy }) => blockedBy.length > 0)
  const sitting = rows.find(({ state }) => state === 'idle in transaction')
  assert.deepEqual(waiting?.blockedBy, [sitting?.pid])
  assert.match(waiting?.query ?? '', /^update item set id = 3/)
  assert.equal(typeof sitting?.seconds, 'number')
  opened.resolve()
  await Promise.all([holder, blocked])
})
