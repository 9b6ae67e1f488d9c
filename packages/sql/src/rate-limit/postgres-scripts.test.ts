import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { SharedRateLimiter } from '@ashlar/resilience/rate-limit'
import { sharedRateContract } from '@ashlar/resilience/rate-limit/contract'
import { openDatabase, sql, type Database, type Statement } from '../index.ts'
import { rejectsWith } from '../rejects.test.support.ts'
import { testDatabase } from '../testing/index.ts'
import { migrateRateLimits, postgresScripts, type PostgresScripts } from './index.ts'

const idOf = (key: string): Statement => sql`substr(sha256(convert_to(${key}, 'UTF8')), 1, 16)`

/** The store as several processes have it, each over a connection of its own, in turns. */
async function openStore(t: TestContext, processes: number): Promise<{ db: Database; scripts: PostgresScripts }> {
  const { db, url } = await testDatabase(t)
  await migrateRateLimits(db)
  const others = await Promise.all(Array.from({ length: processes - 1 }, () => openDatabase({ url, name: t.name })))
  for (const other of others) t.after(() => other[Symbol.asyncDispose]())
  const all = [db, ...others].map(postgresScripts)
  let turn = 0
  return { db, scripts: { run: (...asked) => (all[turn++ % processes] as PostgresScripts).run(...asked) } }
}

sharedRateContract('postgres', async (t) => {
  const { db, scripts } = await openStore(t, 4)
  return {
    scripts,
    async age(keys, ms) {
      for (const key of keys) {
        await db.run(sql`
          update ashlar_rate set at_us = at_us - 1000 * ${ms}::float8, until_us = until_us - 1000 * ${ms}::float8
          where id = ${idOf(key)}`)
      }
    },
    async lifeMs(key) {
      const row = await db.maybe(sql<{ life: number }>`
        select until_us / 1000.0::float8 - extract(epoch from clock_timestamp())::float8 * 1000 as life
        from ashlar_rate where id = ${idOf(key)}`)
      return row?.life ?? 0
    },
  }
})

const takeScript = { name: 'ashlar_rate_take' }
const hourUs = 3_600_000_000

/** Takes one call of the key, at one an hour. */
async function takeOne(scripts: PostgresScripts, key: string, signal?: AbortSignal): Promise<void> {
  await scripts.run(takeScript, [key], [1, hourUs, 10, 1, 0], { signal })
}

test('rows of idle keys go as new ones come, and those of the others stay', async (t) => {
  const { db, scripts } = await openStore(t, 1)
  for (let key = 0; key < 200; key++) await takeOne(scripts, `idle ${key}`)
  await db.run(
    sql`update ashlar_rate set at_us = at_us - 2 * ${hourUs}::bigint, until_us = until_us - 2 * ${hourUs}::bigint`,
  )
  for (let key = 0; key < 200; key++) await takeOne(scripts, `busy ${key}`)
  const { busy, idle } = await db.one(sql<{ busy: number; idle: number }>`
    select count(*) filter (where until_us > now_us) as busy, count(*) filter (where until_us <= now_us) as idle
    from ashlar_rate, (select extract(epoch from clock_timestamp()) * 1000000 as now_us) as clock`)
  assert.equal(busy, 200)
  assert.ok(idle < 40, `${idle} of 200 idle keys are left`)
})

test('no key can be read in the table, and nothing of it is written to the log', async (t) => {
  const { db, scripts } = await openStore(t, 1)
  await takeOne(scripts, 'ada@example.org')
  const { text, persistence } = await db.one(sql<{ text: string; persistence: string }>`
    select (select string_agg(ashlar_rate::text, ' ') from ashlar_rate) as text,
      (select relpersistence::text from pg_class where relname = 'ashlar_rate') as persistence`)
  assert.ok(!text.includes('ada') && !text.includes(Buffer.from('ada').toString('hex')), text)
  assert.equal(persistence, 'u')
})

test('a script that it has no function for is a mistake', async (t) => {
  const { scripts } = await openStore(t, 1)
  await assert.rejects(scripts.run({ name: 'other' }, [], []), /TypeError: .* no function for the script "other"/)
})

test('who waits for a key that somebody holds stops when told to', async (t) => {
  const { db, scripts } = await openStore(t, 1)
  await takeOne(scripts, 'ada')
  const caller = new AbortController()
  await db.transaction(async (tx) => {
    await tx.run(sql`update ashlar_rate set used = used`)
    const waiting = takeOne(scripts, 'ada', caller.signal)
    caller.abort(new Error('gone'))
    await assert.rejects(waiting, /gone/)
  })
})

test('a limiter shares its rate between processes, and answers for itself when the tables are not there', async (t) => {
  const { db, scripts } = await openStore(t, 2)
  const options = { name: 'search', scripts, limit: 10, perMs: 3_600_000, storeTimeoutMs: 10_000 } as const
  const limiters = [1, 2].map(() => new SharedRateLimiter({ ...options, onStoreError: 'closed' }))
  const taken = limiters.flatMap((limiter) => Array.from({ length: 20 }, () => limiter.take('ada')))
  assert.equal((await Promise.all(taken)).filter(({ allowed }) => allowed).length, 10)
  await db.run(sql`drop table ashlar_rate`)
  assert.equal((await limiters[0]?.take('ada'))?.source, 'closed')
  await rejectsWith(takeOne(scripts, 'ada'), 'ASHLAR_SQL_QUERY', /ashlar_rate/)
})
