import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CancelledError, hasCode, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { openDatabase, sql, type Statement } from './index.ts'
import { rejectsWith } from './rejects.test.support.ts'
import { testDatabase, type TestDatabase } from './testing/index.ts'

let shared: TestDatabase
before(async () => {
  shared = await testDatabase({ name: 'database.test' })
})
after(() => shared[Symbol.asyncDispose]())

test('values of every kind arrive as they were sent', async () => {
  const { db } = shared
  const sent = { list: [1, 'two', null], text: 'it\'s "quoted" \\ and ünïcode' }
  const row = await db.one(sql`
    select ${'it\'s "q" \\'}::text as text, ${1.5}::float8 as float, ${true}::bool as yes, ${null}::text as nothing,
      ${new Uint8Array([0, 255, 10])}::bytea as bytes, ${sql.json(sent)}::jsonb as json,
      ${['a "b" \\c', null, '', 'NULL', '{,}']}::text[] as texts, ${[
        [1, 2],
        [3, 4],
      ]}::int4[] as matrix,
      ${[Buffer.from('hi')]}::bytea[] as blobs, ${[]}::text[] as none`)
  assert.deepEqual(row, {
    text: 'it\'s "q" \\',
    float: 1.5,
    yes: true,
    nothing: null,
    bytes: Buffer.from([0, 255, 10]),
    json: sent,
    texts: ['a "b" \\c', null, '', 'NULL', '{,}'],
    matrix: [
      [1, 2],
      [3, 4],
    ],
    blobs: [Buffer.from('hi')],
    none: [],
  })
})

test('int8 and counts are numbers, times epoch milliseconds, numeric and dates text; arrays of them likewise', async () => {
  const { db } = shared
  const epochMs = 1_767_225_600_123
  const row = await db.one(sql`
    select ${9_007_199_254_740_991}::int8 as big, count(*) as count, array[1, 2]::int8[] as bigs,
      ${sql.time(epochMs)}::timestamptz as at, array[${sql.time(epochMs)}, null]::timestamptz[] as times,
      '2026-01-01 02:00:00.5+02'::timestamptz as zoned, 'infinity'::timestamptz as never,
      12.50::numeric as price, array[0.10]::numeric[] as prices, '2026-02-03'::date as day, sum(1) as sum,
      '[1,{"a":null}]'::json as json, array['{"a":1}']::jsonb[] as jsons
    from generate_series(1, 3)`)
  assert.deepEqual(row, {
    big: 9_007_199_254_740_991,
    count: 3,
    bigs: [1, 2],
    at: epochMs,
    times: [epochMs, null],
    zoned: 1_767_225_600_500,
    never: Infinity,
    price: '12.50',
    prices: ['0.10'],
    day: '2026-02-03',
    sum: 3,
    json: [1, { a: null }],
    jsons: [{ a: 1 }],
  })
})

test('an int8 that a number cannot hold is an error, not another number', async () => {
  const { db } = shared
  await rejectsWith(db.one(sql`select 9007199254740993::int8 as big`), 'ASHLAR_SQL_QUERY', /9007199254740993/)
  assert.deepEqual(await db.one(sql`select 1 as next`), { next: 1 })
})

test('one and maybe insist on their number of rows; run counts those affected', async () => {
  const { db } = shared
  await db.run(sql`create table item (id int primary key)`)
  assert.equal(await db.run(sql`insert into item select generate_series(1, 5)`), 5)
  assert.equal(await db.maybe(sql`select from item where id = ${9}`), undefined)
  await rejectsWith(db.one(sql`select from item where id = ${9}`), 'ASHLAR_SQL_ROW_COUNT', /0 rows where exactly one/)
  await rejectsWith(db.one(sql`select from item`), 'ASHLAR_SQL_ROW_COUNT', /5 rows/)
  await rejectsWith(db.maybe(sql`select from item`), 'ASHLAR_SQL_ROW_COUNT', /at most one/)
})

test('broken constraints are named; other refusals carry the SQLSTATE', async () => {
  const { db } = shared
  await db.run(sql`create table parent (id int primary key, size int constraint positive check (size > 0))`)
  await db.run(sql`create table child (parent int constraint has_parent references parent)`)
  await db.run(sql`insert into parent values (1, 1)`)
  const constraintOf = async (statement: Statement, code: string): Promise<unknown> => {
    const error = await rejectsWith(db.run(statement), code)
    return (error as unknown as { constraint: string }).constraint
  }
  assert.equal(await constraintOf(sql`insert into parent values (1, 1)`, 'ASHLAR_SQL_UNIQUE_VIOLATION'), 'parent_pkey')
  assert.equal(await constraintOf(sql`insert into child values (2)`, 'ASHLAR_SQL_FOREIGN_KEY_VIOLATION'), 'has_parent')
  assert.equal(await constraintOf(sql`insert into parent values (2, 0)`, 'ASHLAR_SQL_CHECK_VIOLATION'), 'positive')
  const error = await rejectsWith(db.run(sql`select * from nowhere`), 'ASHLAR_SQL_QUERY', /"nowhere" does not exist/)
  assert.equal((error as unknown as { sqlState: string }).sqlState, '42P01')
})

test('statements that would change the shared session are refused', async () => {
  const { db } = shared
  for (const statement of [
    sql`begin`,
    sql`/* */ SET search_path = x`,
    sql`listen x`,
    sql`rollback`,
    sql`copy x to stdout`,
  ]) {
    await assert.rejects(db.run(statement), /TypeError: sql: .* use transaction\(\)/)
  }
  await rejectsWith(db.run(sql`select 1; drop table x`), 'ASHLAR_SQL_QUERY', /multiple commands/)
})

test('a call that is over starts no statement, and one that ends leaves no caller waiting', async () => {
  const { db } = shared
  await db.run(sql`create table seen (id int)`)
  const over = new AbortController()
  let inside: Promise<unknown> | undefined
  const call = runCall({ signal: over.signal }, async () => {
    over.abort(new CancelledError())
    inside = db.run(sql`insert into seen values (1)`)
    await inside
  })
  await rejectsWith(call, 'ASHLAR_CANCELLED')
  await rejectsWith(inside as Promise<unknown>, 'ASHLAR_CANCELLED')
  assert.deepEqual(await db.rows(sql`select * from seen`), [])
  await rejectsWith(
    runCall({ timeoutMs: 30 }, () => db.run(sql`select pg_sleep(0.2)`)),
    'ASHLAR_DEADLINE_EXCEEDED',
  )
})

test('statements beyond the bound on those under way are refused as busy', async () => {
  const { url } = shared
  await using db = await openDatabase({ url, maxInFlight: 2 })
  const running = [db.ping(), db.ping()]
  await rejectsWith(db.ping(), 'ASHLAR_SQL_BUSY')
  await Promise.all(running)
  await db.ping()
})

test('drain waits for what is under way; a closed database says that it is closed', async () => {
  const { url } = shared
  const db = await openDatabase({ url })
  const slow = db.transaction((tx) => tx.one(sql`select pg_sleep(0.05), 'done' as state`))
  await db.drain?.(new AbortController().signal)
  await db[Symbol.asyncDispose]()
  await db[Symbol.asyncDispose]()
  // Closing breaks transactions off: this one had ended.
  assert.deepEqual(await slow, { pg_sleep: '', state: 'done' })
  await rejectsWith(db.ping(), 'ASHLAR_SQL_UNAVAILABLE', /closed by this process/)
  await rejectsWith(
    db.transaction(async () => undefined),
    'ASHLAR_SQL_UNAVAILABLE',
    /closed by this process/,
  )
})

test('a wrong URL says what to correct, at once, and never shows the password', async () => {
  const { url } = shared
  const changed = (change: (parts: URL) => void): string => {
    const parts = new URL(url)
    change(parts)
    return parts.href
  }
  const cases: [string, RegExp][] = [
    [
      changed((parts) => (parts.password = 'wrong-secret')),
      /refuses the password of role "test_.*correct it in the URL/,
    ],
    [changed((parts) => (parts.password = '')), /asks for a password, and the URL has none/],
    [changed((parts) => (parts.pathname = '/nowhere')), /has no database "nowhere"; create it or correct the URL/],
    [changed((parts) => (parts.pathname = '/template1')), /may not connect to database "template1".*grant it CONNECT/],
    ['mysql://a:wrong-secret@localhost/x', /starts with mysql:/],
    ['a:wrong-secret@localhost', /starts with a:|is not a URL/],
    ['wrong-secret', /is not a URL/],
    ['postgres://a:wrong-secret@localhost', /names no database/],
    ['postgres://localhost/x', /names no role/],
    [changed((parts) => parts.searchParams.set('sslmode', 'maybe')), /use one of disable, require, verify-full/],
    [changed((parts) => parts.searchParams.set('schema', 'x')), /the parameter schema/],
  ]
  for (const [wrong, message] of cases) {
    const error = await rejectsWith(openDatabase({ url: wrong }), 'ASHLAR_SQL_CONFIG', message)
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error)}`, /wrong-secret/)
  }
})

test('a server that is away is waited for, but not for ever', async () => {
  const clock = new VirtualClock()
  let settled: unknown
  const opening = openDatabase({ url: 'postgres://a:b@127.0.0.1:1/x', clock }).catch((error: unknown) => {
    settled = error
  })
  await clock.advance(9_000)
  assert.equal(settled, undefined)
  await clock.advance(1_500)
  await opening
  assert.ok(hasCode(settled as unknown, 'ASHLAR_SQL_UNAVAILABLE'))
  assert.match(String(settled), /no PostgreSQL answers at 127\.0\.0\.1:1; start it or correct the URL/)
  assert.equal(clock.armed, 0)
})
