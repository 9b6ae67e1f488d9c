import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { openDatabase, sql } from '@ashlar/sql'
import { fixtureProject, plainService } from './fixture-project.test.support.ts'
import { parsePostgresLine } from './postgres-log.ts'
import { processStart } from './process-info.ts'
import type { ServiceReport } from './state-file.ts'
import type { Topology } from './topology.ts'
import { up, type RunningTopology, type UpOptions } from './up.ts'

const shop: Topology = {
  name: 'shop',
  collector: false,
  services: {
    order: { main: 'plain.mjs', database: true },
    user: { main: 'plain.mjs', database: true },
    bank: { main: 'plain.mjs' },
  },
}

async function start(t: TestContext, options: Partial<UpOptions> = {}): Promise<RunningTopology> {
  let running: RunningTopology | undefined
  t.after(() => running?.stop())
  const root = fixtureProject(t, { 'plain.mjs': plainService })
  running = await up(shop, { root, env: {}, ...options })
  return running
}

async function idsPaid(url: string): Promise<unknown[]> {
  await using db = await openDatabase({ url })
  return await db.rows(sql`select id from paid`)
}

test('a service has a database of its own, which survives the death of the server and the end of the run', async (t) => {
  const directory = join(fixtureProject(t, {}), 'data')
  const first = await start(t, { directory })
  const url = first.databaseUrl('order') as string
  assert.notEqual(url, first.databaseUrl('user'))
  assert.equal(first.databaseUrl('bank'), undefined)
  {
    await using db = await openDatabase({ url })
    await db.run(sql`create table paid (id integer)`)
    await db.run(sql`insert into paid values (7)`)
  }

  const { pid, port } = first.postgres() as ServiceReport
  process.kill(pid as number, 'SIGKILL')
  assert.deepEqual(await idsPaid(url), [{ id: 7 }])
  const { pid: nextPid, ...next } = first.postgres() as ServiceReport
  assert.deepEqual([next.port, next.restarts, first.databaseUrl('order')], [port, 1, url])
  assert.equal(first.service('order').restarts, 0)

  await first.stop()
  assert.equal(processStart(nextPid as number), undefined)
  const second = await start(t, { directory })
  assert.deepEqual(await idsPaid(second.databaseUrl('order') as string), [{ id: 7 }])
})

test('when an ephemeral server dies, the services that used it start anew on an empty one', async (t) => {
  const running = await start(t, { ephemeral: true })
  const url = running.databaseUrl('order')
  const before = running.service('order').pid as number
  const bank = running.service('bank').pid
  process.kill(running.postgres()?.pid as number, 'SIGKILL')
  await running.waitFor('order', { otherThanPid: before })
  assert.notEqual(running.databaseUrl('order'), url)
  await assert.rejects(idsPaid(running.databaseUrl('order') as string), { message: /relation "paid" does not exist/ })
  assert.equal(running.service('bank').pid, bank)
})

test('no server is started when every database is given', async (t) => {
  const given = 'postgresql://shop:secret@db.example/shop'
  const running = await start(t, { env: { ORDER_DATABASE_URL: given, USER_DATABASE_URL: given } })
  assert.equal(running.postgres(), undefined)
  assert.equal(running.databaseUrl('order'), given)
})

test("of the server's log, what its clients report themselves is left to them", () => {
  const line = (severity: string): string => `2026-01-31 12:03:41.123 UTC [7] ${severity}:  words`
  assert.deepEqual(parsePostgresLine(line('LOG')), { level: 'debug', msg: 'words' })
  assert.deepEqual(parsePostgresLine(line('ERROR')), { level: 'debug', msg: 'words' })
  assert.deepEqual(parsePostgresLine(line('FATAL')), { level: 'error', msg: 'words' })
  const early = line('FATAL').replace('words', 'the database system is starting up')
  assert.equal(parsePostgresLine(early).level, 'debug')
  assert.deepEqual(parsePostgresLine('\tcontinued'), { level: 'debug', msg: '\tcontinued' })
})
