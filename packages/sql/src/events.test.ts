import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { newTrace, runCall, type Channel } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import {
  connectionAcquired,
  openDatabase,
  queryEnded,
  sql,
  transactionEnded,
  type Database,
  type QueryEnded,
  type TransactionEnded,
} from './index.ts'
import { testDatabase, type TestDatabase } from './testing/index.ts'

let shared: TestDatabase
let name: string
before(async () => {
  shared = await testDatabase({ name: 'events.test' })
  await shared.db.run(sql`create table item (id int primary key, note text)`)
  ;({ name } = await shared.db.one<{ name: string }>(sql`select current_database() as name`))
})
after(() => shared[Symbol.asyncDispose]())

/** What is told of the database of these tests: the process may have others, of services that look for work. */
function told<T extends { readonly database: string }>(t: TestContext, channel: Channel<T>): T[] {
  const events: T[] = []
  const subscription = channel.subscribe((event) => {
    if (event.database === name) events.push(event)
  })
  t.after(() => subscription[Symbol.dispose]())
  return events
}

test('a statement is told of when it has been answered, by its words and never by its values', async (t) => {
  const queries = told(t, queryEnded)
  const caller = newTrace()
  await runCall({ trace: caller }, async () => {
    await shared.db.run(sql`insert into item values (${1}, ${'secret'}), (${2}, ${'secret'})`)
    await shared.db.rows(sql`select * from item where note = ${'secret'} limit 1`)
  })
  assert.deepEqual(
    queries.map(({ durationMs, trace, ...rest }) => {
      assert.ok(durationMs > 0)
      assert.deepEqual([trace?.traceId, trace?.root], [caller.traceId, caller.root])
      return rest
    }),
    ['insert item', 'select item'].map((words, at) => ({
      name: words,
      database: name,
      rows: 2 - at,
      parentSpanId: caller.spanId,
      error: undefined,
      sqlState: undefined,
    })),
  )
  assert.notEqual(queries[0]?.trace?.spanId, queries[1]?.trace?.spanId)
})

test('a statement outside any call is told of, and is part of no trace', async (t) => {
  const queries = told(t, queryEnded)
  await shared.db.ping()
  assert.deepEqual(
    queries.map(({ name: words, trace, parentSpanId }) => [words, trace, parentSpanId]),
    [['select', undefined, undefined]],
  )
})

test('a statement that fails is told of with why, and with the server’s code', async (t) => {
  const queries = told(t, queryEnded)
  await shared.db.run(sql`insert into item values (3) on conflict do nothing`)
  await assert.rejects(shared.db.run(sql`insert into item values (3)`), { code: 'ASHLAR_SQL_UNIQUE_VIOLATION' })
  await assert.rejects(shared.db.run(sql`select * from nothing_of_the_kind`))
  const give = new AbortController()
  const cancelled = runCall({ signal: give.signal }, () => shared.db.rows(sql`select pg_sleep(5)`))
  give.abort('card 4111')
  await assert.rejects(cancelled)
  assert.deepEqual(
    queries.slice(1).map(({ name: words, rows, sqlState, error }) => [words, rows, sqlState, typeof error]),
    [
      ['insert item', undefined, '23505', 'object'],
      ['select nothing_of_the_kind', undefined, '42P01', 'object'],
      ['select', undefined, undefined, 'string'],
    ],
  )
  assert.equal(queries.at(-1)?.error, 'string', 'a text may be anything')
})

test('what is refused before it is a statement is not told of', async (t) => {
  const queries = told(t, queryEnded)
  await assert.rejects(shared.db.run(sql`begin`), TypeError)
  assert.deepEqual(queries, [])
})

test('a transaction is a span, and its statements are in it', async (t) => {
  const [queries, transactions] = [told(t, queryEnded), told(t, transactionEnded)]
  const caller = newTrace()
  await runCall({ trace: caller }, () =>
    shared.db.transaction(async (tx) => {
      await tx.run(sql`update item set note = null`)
      await tx.savepoint((inner) => inner.run(sql`delete from only item where id = ${-1}`))
    }),
  )
  assert.equal(transactions.length, 1)
  const { durationMs, trace, ...event } = transactions[0] as TransactionEnded
  assert.ok(durationMs > 0)
  assert.deepEqual(event, {
    database: name,
    outcome: 'committed',
    runs: 1,
    parentSpanId: caller.spanId,
    error: undefined,
  })
  assert.deepEqual(
    queries.map(({ name: words, parentSpanId, trace: own }) => [words, parentSpanId, own?.traceId]),
    [
      ['update item', trace?.spanId, caller.traceId],
      ['delete item', trace?.spanId, caller.traceId],
    ],
  )
})

test('a transaction that fails is told of with why, and how often it was begun', async (t) => {
  const transactions = told(t, transactionEnded)
  const failing = shared.db.transaction(
    async (tx, { attempt }) => {
      if (attempt === 1) await tx.run(sql`do $$ begin raise sqlstate '40001'; end $$`)
      throw new RangeError('no')
    },
    { retry: { maxAttempts: 3, baseDelayMs: 1 } },
  )
  await assert.rejects(failing, RangeError)
  const [{ outcome, runs, error, trace } = {} as TransactionEnded] = transactions
  assert.deepEqual([outcome, runs, error instanceof RangeError, trace], ['failed', 2, true, undefined])
})

test('how long it took to get a private connection is told, and when there was none', async (t) => {
  const acquired = told(t, connectionAcquired)
  const transactions = told(t, transactionEnded)
  const clock = new VirtualClock()
  await using db: Database = await openDatabase({ url: shared.url, maxConnections: 1, acquireTimeoutMs: 500, clock })
  const [entered, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holding = db.transaction(() => (entered.resolve(), end.promise))
  await entered.promise
  const waiting = db.transaction(async () => {})
  await clock.advance(200)
  end.resolve()
  await Promise.all([holding, waiting])
  assert.deepEqual(
    acquired.map(({ database, waitMs, error }) => [database, waitMs, error]),
    [
      [name, 0, undefined],
      [name, 200, undefined],
    ],
  )
  const [again, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const held = db.transaction(() => (again.resolve(), release.promise))
  await again.promise
  const refused = assert.rejects(
    db.transaction(async () => {}),
    { code: 'ASHLAR_SQL_BUSY' },
  )
  await clock.advance(500)
  await refused
  release.resolve()
  await held
  assert.equal(acquired[3]?.waitMs, 500)
  assert.ok(acquired[3].error instanceof Error)
  assert.deepEqual(
    transactions.map(({ outcome, runs }) => [outcome, runs]),
    [
      ['committed', 1],
      ['committed', 1],
      ['failed', 0],
      ['committed', 1],
    ],
  )
})

test('while nobody listens no time is asked for', async () => {
  let reads = 0
  class CountingClock extends VirtualClock {
    override now(): number {
      reads++
      return super.now()
    }
  }
  await using db = await openDatabase({ url: shared.url, clock: new CountingClock() })
  const cost = async (): Promise<number> => {
    const soFar = reads
    await db.ping()
    return reads - soFar
  }
  await cost()
  const unheard = await cost()
  const events: QueryEnded[] = []
  using _ = queryEnded.subscribe((event) => {
    if (event.database === name) events.push(event)
  })
  assert.equal((await cost()) - unheard, 2)
  assert.equal(events.length, 1)
})
