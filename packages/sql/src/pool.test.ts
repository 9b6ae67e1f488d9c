import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { systemClock, systemRandom } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import type { Connection } from './connection.ts'
import { Connector } from './connector.ts'
import { openDatabase, sql } from './index.ts'
import { Pool, type PoolOptions } from './pool.ts'
import type { Database } from './queryable.ts'
import { rejectsWith } from './rejects.test.support.ts'
import { compile } from './statement.ts'
import { parseTarget } from './target.ts'
import { testDatabase } from './testing/index.ts'

interface OpenPool {
  readonly pool: Pool
  /** Of the pool alone: connecting takes real time. */
  readonly clock: VirtualClock
  readonly db: Database
  readonly acquire: (signal?: AbortSignal) => Promise<Connection>
}

async function open(t: TestContext, options: Partial<PoolOptions> = {}): Promise<OpenPool> {
  const { db, url } = await testDatabase(t)
  const clock = new VirtualClock()
  const connector = new Connector(parseTarget(url), {
    name: 'pool',
    timeoutMs: 10_000,
    clock: systemClock,
    random: systemRandom,
  })
  const bounds = { maxConnections: 2, maxWaiting: 2, acquireTimeoutMs: 1_000, idleTimeoutMs: 60_000 }
  const pool = new Pool(connector, { ...bounds, clock, ...options })
  t.after(() => pool.close())
  return { pool, clock, db, acquire: (signal) => pool.acquire(signal) }
}

async function sessions(db: Database, count: number): Promise<void> {
  const found = sql<{ count: number }>`
    select count(*) from pg_stat_activity where application_name = 'pool' and datname = current_database()`
  while ((await db.one(found)).count !== count);
}

test('there are never more connections than the bound; who waits is served first come, first served', async (t) => {
  const { pool, db, acquire } = await open(t)
  const first = await acquire()
  const second = await acquire()
  const order: string[] = []
  const third = acquire().then((connection) => (order.push('third'), connection))
  const fourth = acquire().then((connection) => (order.push('fourth'), connection))
  await sessions(db, 2)
  pool.release(second)
  assert.equal(await third, second)
  pool.release(first)
  assert.equal(await fourth, first)
  assert.deepEqual(order, ['third', 'fourth'])
})

test('a caller is refused at once when too many wait, and later when it has waited too long; others wait on', async (t) => {
  const { pool, clock, acquire } = await open(t, { maxConnections: 1 })
  const held = await acquire()
  const early = rejectsWith(acquire(), 'ASHLAR_SQL_BUSY', /none of 1 connections became free within 1000 ms/)
  await clock.advance(600)
  const late = acquire()
  await rejectsWith(acquire(), 'ASHLAR_SQL_BUSY', /2 callers wait for one of 1 connections/)
  await clock.advance(400)
  await early
  pool.release(held)
  assert.equal(await late, held)
  assert.equal(clock.armed, 0, 'nobody waits any more')
})

test('a caller whose call is over leaves the queue, and its place is free', async (t) => {
  const { acquire } = await open(t, { maxConnections: 1, maxWaiting: 1 })
  await acquire()
  const abort = new AbortController()
  const waiting = acquire(abort.signal)
  const reason = new Error('enough')
  abort.abort(reason)
  await assert.rejects(waiting, reason)
  const next = acquire()
  await rejectsWith(acquire(), 'ASHLAR_SQL_BUSY', /1 callers wait/)
  next.catch(() => undefined)
})

test('what nobody has needed for long enough is closed, and what is in use is not', async (t) => {
  const { pool, clock, db, acquire } = await open(t)
  const [one, other] = [await acquire(), await acquire()]
  pool.release(one)
  pool.release(other)
  await clock.advance(40_000)
  // The one that was used last.
  assert.equal(await acquire(), other)
  await clock.advance(20_000)
  await sessions(db, 1)
  await new Promise<void>((resolve) => one.onLost(resolve))
  pool.release(other)
  await clock.advance(59_999)
  assert.equal(await acquire(), other)
  pool.release(other)
  await clock.advance(60_000)
  await sessions(db, 0)
  assert.equal(clock.armed, 0, 'an empty pool waits for nothing')
  pool.release(await acquire())
})

test('a connection that comes back in the middle of something is thrown away, and another made for who waits', async (t) => {
  const { pool, acquire } = await open(t, { maxConnections: 1 })
  const used = await acquire()
  await used.execute(compile(sql`begin`))
  const waiting = acquire()
  pool.release(used)
  assert.notEqual(await waiting, used)
  assert.equal(used.lost, true)
})

test('bounds that make no sense are refused when the database is opened', async () => {
  const url = 'postgres://a:b@127.0.0.1:1/x'
  await assert.rejects(
    openDatabase({ url, maxWaiting: 0 }),
    /RangeError: openDatabase: maxWaiting must be 1 or more, got 0/,
  )
  await assert.rejects(openDatabase({ url, idleTimeoutMs: Infinity }), /idleTimeoutMs must be positive and finite/)
})
