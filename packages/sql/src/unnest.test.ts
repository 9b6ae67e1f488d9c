import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from './index.ts'
import { rejectsWith } from './rejects.test.support.ts'
import { compile } from './statement.ts'
import { testDatabase } from './testing/index.ts'

const lines = [
  { sku: 'mug', pieces: 2, note: 'not sent' },
  { sku: "'; drop table line --", pieces: null, note: 'not sent' },
]

test('rows travel as one array a column, under a text that is the same however many there are', () => {
  const insert = (rows: typeof lines) =>
    compile(sql`insert into line select sku, pieces from ${sql.unnest('line', { sku: 'text', pieces: 'int4' }, rows)}`)
  assert.equal(
    insert(lines).text,
    'insert into line select sku, pieces from unnest($1::text[], $2::int4[]) with ordinality as "line" ("sku", "pieces", "nth")',
  )
  assert.equal(insert(lines).values.length, 2)
  assert.equal(insert([]).name, insert(lines).name)
})

test('every type arrives as results have it, in order, absent values included', async (t) => {
  const { db } = await testDatabase(t)
  const columns = {
    text: 'text',
    uuid: 'uuid',
    numeric: 'numeric',
    date: 'date',
    int4: 'int4',
    int8: 'int8',
    float8: 'float8',
    bool: 'bool',
    bytea: 'bytea',
    at: 'timestamptz',
    json: 'jsonb',
  } as const
  const full = {
    text: 'a "quoted" \\ {text}, null',
    uuid: '0190d5a0-0000-7000-8000-000000000001',
    numeric: '12345678901234567890.50',
    date: '2026-01-31',
    int4: -1,
    int8: Number.MAX_SAFE_INTEGER,
    float8: 0.1,
    bool: true,
    bytea: Buffer.from([0, 34, 92, 255]),
    at: 1_767_225_599_999,
    json: { list: [1, 'two', null] },
  }
  const empty = Object.fromEntries(Object.keys(columns).map((name) => [name, null])) as unknown as typeof full
  const rows = Array.from({ length: 50 }, (_, index) => (index % 2 ? empty : { ...full, int4: index }))
  const found = await db.rows(sql`select * from ${sql.unnest('sent', columns, rows)} order by nth desc`)
  assert.deepEqual(
    found.toReversed(),
    rows.map((row, index) => Object.assign({ nth: index + 1 }, row)),
  )
  const { kind } = await db.one(sql<{ kind: string }>`
    select jsonb_typeof(json) as kind from ${sql.unnest('sent', { json: 'jsonb' }, [{ json: null }])}`)
  assert.equal(kind, 'null')
})

test('rows are looked up by more than one column at once', async (t) => {
  const { db } = await testDatabase(t)
  await db.run(sql`create table stock (place text, sku text, pieces int)`)
  await db.run(sql`insert into stock values ('north', 'mug', 3), ('south', 'mug', 5), ('south', 'pot', 7)`)
  const wanted = sql.unnest('wanted', { place: 'text', sku: 'text' }, [
    { place: 'south', sku: 'pot' },
    { place: 'north', sku: 'mug' },
  ])
  const found = await db.rows(sql`select pieces from stock join ${wanted} using (place, sku) order by nth`)
  assert.deepEqual(found, [{ pieces: 7 }, { pieces: 3 }])
})

test('a row that the table refuses fails all of them, as in any statement', async (t) => {
  const { db } = await testDatabase(t)
  await db.run(sql`create table line (sku text primary key)`)
  const twice = sql.unnest('line', { sku: 'text' }, [{ sku: 'mug' }, { sku: 'mug' }])
  await rejectsWith(db.run(sql`insert into line select sku from ${twice}`), 'ASHLAR_SQL_UNIQUE_VIOLATION')
  assert.deepEqual(await db.rows(sql`select from line`), [])
})

test('what cannot be sent is refused before anything is: too many rows, no columns, unknown types, missing values', () => {
  const sent = (columns: object, rows: readonly object[]) => sql.unnest('t', columns as never, rows as never)
  const many = Array.from({ length: 10_001 }, () => ({ id: 1 }))
  assert.throws(() => sent({ id: 'int4' }, many), /RangeError: sql.unnest: 10000 rows can be sent at a time, got 10001/)
  assert.throws(() => sent({}, []), /RangeError: sql.unnest: at least one column is needed/)
  assert.throws(() => sent({ id: 'int4[]); drop table t --' }, []), /RangeError: .*"id" must be of text, uuid/)
  assert.throws(() => sent({ nth: 'int4' }, []), /RangeError: .*"nth" is the row’s number/)
  assert.throws(() => compile(sql`${sent({ id: 'int4' }, [{}])}`), /TypeError: .*undefined.*pass null/)
  assert.throws(() => sent({ at: 'jsonb' }, [{}]), /TypeError: sql.json/)
})
