import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assert as assertProperty, asyncProperty, constantFrom, oneof, string } from 'fast-check'
import { hasCode } from '@ashlar/kernel'
import { migrate, sql } from '@ashlar/sql'
import { testDatabase, type TestDatabase } from '@ashlar/sql/testing'
import { money } from '../shared/money.ts'
import { migrateProductStore, postgresProductStore } from './postgres-repository.ts'
import { seedProduct, testCategories, testId } from './product-fixture.test.support.ts'
import type { ProductDraft } from './product-change.ts'
import type { ProductStore } from './repository.ts'
import { foldWords } from './search-query.ts'

const nowMs = 1_767_225_600_000
const merchantId = testId()
const known = seedProduct({ name: 'Reading Lamp' })
let database: TestDatabase
let store: ProductStore
before(async () => {
  database = await testDatabase({ name: 'merchant' })
  await migrateProductStore(database.db)
  store = postgresProductStore(database.db)
  await store.products.seed(() => ({ categories: testCategories, products: [known] }))
})
after(() => database[Symbol.asyncDispose]())

const draftOf = (name: string): ProductDraft => {
  const { brand, categorySlug, description, colour } = known
  return { name, brand, categorySlug, description, attributes: [], colour }
}

async function create(name: string): Promise<string> {
  const productId = testId()
  const key = { merchantId, idempotencyKey: productId, productId, sku: productId.slice(-12).toUpperCase() }
  const { id } = await store.merchant.create({
    ...key,
    draft: draftOf(name),
    price: money(100, 'EUR'),
    initialStock: 1,
    nowMs,
  })
  return id
}

async function search(query: string): Promise<readonly string[]> {
  const filters = { inStockOnly: false, minPriceMinor: undefined, maxPriceMinor: undefined, includeRetired: false }
  const all = { query, categorySlug: undefined, sort: 'relevance', ...filters } as const
  return (await store.products.search(all, { size: 10, after: undefined })).products.map(({ id }) => id)
}

async function learned(): Promise<readonly string[]> {
  const rows = await database.db.rows(sql<{ word: string }>`
    select word from search_word where word in ('reading', 'thingamajig', 'whatchamacallit') order by word`)
  return rows.map(({ word }) => word)
}

async function retire(productId: string, expectedVersion = 1): Promise<void> {
  await store.merchant.change({ merchantId, productId, expectedVersion, change: { kind: 'retire' }, nowMs })
}

test('postgres: a mistyped word finds a new product, an edited one by its new name only, and a retired one no more', async () => {
  const id = await create('Thingamajig')
  assert.deepEqual(await search('thingamajgi'), [id])
  const edit = { kind: 'edit', draft: draftOf('Whatchamacallit') } as const
  await store.merchant.change({ merchantId, productId: id, expectedVersion: 1, change: edit, nowMs })
  assert.deepEqual(await search('whatchamacalit'), [id])
  assert.deepEqual(await search('thingamajgi'), [])
  assert.deepEqual(await learned(), ['reading', 'whatchamacallit'])
  await retire(id, 2)
  assert.deepEqual(await learned(), ['reading'], 'nobody is corrected to what is not found')
  await store.merchant.change({ merchantId, productId: id, expectedVersion: 3, change: { kind: 'restore' }, nowMs })
  assert.deepEqual(await search('whatchamacalit'), [id])
})

test('postgres: a word that one product gives up while another takes it on is not forgotten', async () => {
  for (let round = 0; round < 10; round++) {
    const old = await create(`Doohickey${'abcdefghij'[round]}xyz`)
    const [, fresh] = await Promise.all([retire(old), create(`New Doohickey${'abcdefghij'[round]}xyz`)])
    const word = `doohickey${'abcdefghij'[round]}xyz`
    const found = await database.db.rows(sql`select from search_word where word = ${word}`)
    assert.equal(found.length, 1, word)
    await retire(fresh)
  }
})

test('postgres: names in any alphabet are folded by the database as they are by search', async () => {
  const letters = constantFrom(
    'é',
    'É',
    'ß',
    'ẞ',
    'ğ',
    'İ',
    'ı',
    'Ø',
    'æ',
    'ﬁ',
    'Ł',
    'đ',
    'ñ',
    'e\u0301',
    'Ж',
    '中',
    'K',
    '½',
  )
  const text = string({ unit: oneof(letters, constantFrom('a', 'Z', '7', ' ', '-', "'")), maxLength: 30 })
  const agree = asyncProperty(text, async (given) => {
    const { folded } = await database.db.one(sql<{ folded: string }>`select fold(${given}) as folded`)
    assert.equal(folded.trim(), foldWords(given).join(' '), JSON.stringify(given))
  })
  await assertProperty(agree, { numRuns: 300, seed: 20_260_102 })
  const id = await create('Doğan Ünlü Kılıç')
  assert.deepEqual(await search('dogan unlu'), [id])
})

test('postgres: the database itself refuses a picture that is too large, of another type, or not there', async () => {
  const hash = 'a'.repeat(64)
  for (const [type, content] of [
    ['image/png', Buffer.alloc(1_048_577)],
    ['image/svg+xml', Buffer.from('<svg/>')],
    ['image/png', Buffer.alloc(0)],
  ] as const) {
    const insert = sql`insert into product_image values (${known.id}, ${hash}, ${type}, ${content})`
    await assert.rejects(database.db.run(insert), (error) => hasCode(error, 'ASHLAR_SQL_CHECK_VIOLATION'))
  }
  const missing = sql`update product set image_hash = ${hash} where id = ${known.id}`
  await assert.rejects(database.db.run(missing), (error) => hasCode(error, 'ASHLAR_SQL_FOREIGN_KEY_VIOLATION'))
})

test('postgres: a shop of the release before goes on with what it has: on sale, at version 1, its price the first one', async (t) => {
  const { db } = await testDatabase(t)
  const directory = await mkdtemp(join(tmpdir(), 'shop-migrations-'))
  t.after(() => rm(directory, { recursive: true }))
  await copyFile(new URL('./migrations/0001-init.sql', import.meta.url), join(directory, '0001-init.sql'))
  await migrate(db, { namespace: 'product', directory })
  const { id, createdAtMs } = known
  await db.run(sql`insert into category values ('mugs', 'Mugs', 1)`)
  await db.run(sql`
    insert into product values (${id}, 'OLD-1', 'Café Mug', 'Nobody', 'mugs', 'Mugs', '', 1990, 'EUR', '[]', 40, 10, '#aabbcc',
      ${sql.time(createdAtMs)})`)
  await db.run(sql`insert into stock (product_id, initial, available, sold) values (${id}, 10, 7, 3)`)
  await migrateProductStore(db)
  const { products, merchant, stock } = postgresProductStore(db)
  assert.equal(await products.seed(() => assert.fail('it has products')), false)
  const [mug] = await products.find([id])
  assert.deepEqual([mug?.version, mug?.retired, mug?.imageHash, mug?.available], [1, false, undefined, 7])
  const first = { price: money(1_990, 'EUR'), atMs: createdAtMs, merchantId: undefined }
  assert.deepEqual(await merchant.priceChanges(id, 100), [first])
  const adjusted = await stock.adjust({ merchantId, idempotencyKey: 'delivery-1', productId: id, delta: 5 })
  assert.deepEqual(adjusted, { productId: id, initial: 15, available: 12, reserved: 0, sold: 3 })
})
