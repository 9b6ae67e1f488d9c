import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { hasCode, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { openDatabase, sql, type Database } from './index.ts'
import { rejectsWith } from './rejects.test.support.ts'
import { testDatabase, type TestDatabase } from './testing/index.ts'

let shared: TestDatabase
before(async () => {
  shared = await testDatabase({ name: 'pipeline.test' })
})
after(() => shared[Symbol.asyncDispose]())

async function withoutTables(): Promise<TestDatabase> {
  await shared.db.run(sql`drop table if exists item`)
  return shared
}

test('a hundred statements at once share one connection, and each gets its own answer', async () => {
  const { db } = await withoutTables()
  const rows = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      db.one<{ index: number; pid: number }>(sql`select ${index}::int as index, pg_backend_pid() as pid`),
    ),
  )
  assert.deepEqual(
    rows.map(({ index }) => index),
    Array.from({ length: 100 }, (_, index) => index),
  )
  assert.equal(new Set(rows.map(({ pid }) => pid)).size, 1)
})

test('a statement that fails leaves its neighbours alone, whether it fails to parse, to bind or to run', async () => {
  const { db } = await withoutTables()
  await db.run(sql`create table item (id int primary key)`)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => {
      if (index % 4 === 0) return db.run(sql`insert into item values (${index})`)
      if (index % 4 === 1) return db.run(sql`insert into item values (0)`)
      if (index % 4 === 2) return db.run(sql`insert into item values (${'not a number'}::int)`)
      return db.run(sql`insert into itme values (1)`)
    }),
  )
  const codeOf = (index: number): unknown => {
    const outcome = outcomes[index] as PromiseSettledResult<number>
    if (outcome.status === 'fulfilled') return outcome.value
    return (outcome.reason as { sqlState?: string; code: string }).sqlState ?? (outcome.reason as { code: string }).code
  }
  for (let index = 0; index < 40; index += 4) {
    assert.deepEqual(
      [codeOf(index), codeOf(index + 1), codeOf(index + 2), codeOf(index + 3)],
      [
        1,
        'ASHLAR_SQL_UNIQUE_VIOLATION',
        '22P02',
        // Also for those that were sent after the first had failed to make the plan.
        '42P01',
      ],
    )
  }
  assert.equal((await db.rows(sql`select from item`)).length, 10)
})

test('a table that changes under a known statement does not break it', async () => {
  const { db } = await withoutTables()
  await db.run(sql`create table item (id int)`)
  await db.run(sql`insert into item values (1)`)
  const read = (): Promise<unknown[]> => db.rows(sql`select * from item`)
  assert.deepEqual(await read(), [{ id: 1 }])
  await db.run(sql`alter table item add column name text default 'x'`)
  assert.deepEqual(await Promise.all([read(), read()]), [[{ id: 1, name: 'x' }], [{ id: 1, name: 'x' }]])
  await db.run(sql`alter table item alter column id type text`)
  assert.deepEqual(await read(), [{ id: '1', name: 'x' }])
})

test('a statement that waits for a lock holds up nobody, not even the one who holds it', async () => {
  const { db } = await withoutTables()
  await db.run(sql`create table item (id int primary key, value int)`)
  await db.run(sql`insert into item values (1, 0)`)
  const set = (on: Pick<Database, 'run'>, value: number): Promise<number> =>
    on.run(sql`update item set value = ${value} where id = 1`)
  const waiting = await db.transaction(async (tx) => {
    await set(tx, 1)
    const later = set(db, 2)
    // Behind the waiting update on the shared connection: it would never be answered if that one stayed in front.
    await db.one(sql`select 1`)
    return { later }
  })
  assert.equal(await waiting.later, 1)
  assert.deepEqual(await db.one(sql`select value from item`), { value: 2 })
})

test('a lock asked for with nowait is refused, not waited for elsewhere', async () => {
  const { db } = await withoutTables()
  await db.run(sql`create table item (id int primary key)`)
  await db.run(sql`insert into item values (1)`)
  await db.transaction(async (tx) => {
    await tx.run(sql`select from item for update`)
    const error = await rejectsWith(db.run(sql`select from item for update nowait`), 'ASHLAR_SQL_QUERY')
    assert.equal((error as unknown as { sqlState: string }).sqlState, '55P03')
  })
})

test('a statement that runs for long is finished on a connection of its own', async () => {
  const { url } = await withoutTables()
  // The server counts: on a machine that is busy the short ones must not take as long.
  await using db = await openDatabase({ url, sharedTimeoutMs: 500 })
  const pid = sql<{ pid: number }>`select pg_backend_pid() as pid`
  const everybodys = await db.one(pid)
  const slow = await db.one<{ pid: number }>(sql`select pg_backend_pid() as pid, pg_sleep(0.6)`)
  assert.notEqual(slow.pid, everybodys.pid)
  assert.deepEqual(await db.one(pid), everybodys)
})

test('a lost connection fails what is under way, and the next statement has a new one', async () => {
  const { db } = await withoutTables()
  const pid = sql<{ pid: number }>`select pg_backend_pid() as pid`
  const lost = await db.one(pid)
  const outcomes = await Promise.allSettled([
    db.run(sql`select pg_sleep(30)`),
    db.ping(),
    db.transaction((tx) => tx.run(sql`select pg_terminate_backend(${lost.pid})`)),
  ])
  for (const outcome of outcomes.slice(0, 2)) {
    assert.ok(outcome.status === 'rejected' && hasCode(outcome.reason, 'ASHLAR_SQL_UNAVAILABLE'))
  }
  assert.equal(outcomes[2].status, 'fulfilled')
  assert.notEqual((await db.one(pid)).pid, lost.pid)
})

test('a connection that has gone silent is given up, and the next statement has a new one', async () => {
  const { url } = await withoutTables()
  await using network = await stallingProxy(Number(new URL(url).port))
  const clock = new VirtualClock()
  await using db = await openDatabase({
    url: Object.assign(new URL(url), { port: network.port }).href,
    sharedTimeoutMs: 2_000,
    clock,
  })
  await db.ping()
  network.stall()
  // A caller without a deadline is told as well.
  const unanswered = rejectsWith(db.ping(), 'ASHLAR_SQL_UNAVAILABLE')
  await clock.advance(4_000)
  await unanswered
  await db.ping()
})

/** Forwards connections to a port; `stall` makes those that are open swallow everything. */
async function stallingProxy(target: number): Promise<AsyncDisposable & { port: string; stall(): void }> {
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: String((server.address() as AddressInfo).port),
    stall() {
      for (const socket of open) socket.unpipe().resume()
    },
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of open) socket.destroy()
      await once(server, 'close')
    },
  }
}

test('statements whose call is over are stopped on the shared connection, and their neighbours get their answers', async () => {
  const { url } = await withoutTables()
  await using db = await openDatabase({ url, sharedTimeoutMs: 60_000 })
  const pid = sql<{ pid: number }>`select pg_backend_pid() as pid`
  const everybodys = await db.one(pid)
  const late = [20, 20, 30].map((timeoutMs) => runCall({ timeoutMs }, () => db.run(sql`select pg_sleep(60)`)))
  const behind = Array.from({ length: 10 }, () => db.one(pid))
  for (const one of late) await rejectsWith(one, 'ASHLAR_DEADLINE_EXCEEDED')
  await Promise.all(behind)
  assert.deepEqual(await db.one(pid), everybodys)
})
