import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import { sql } from '@ashlar/sql'
import { testDatabase, type TestDatabase } from '@ashlar/sql/testing'
import { openingCatalogue } from './catalogue/catalogue.ts'
import { merchantContract } from './merchant-contract.ts'
import { migrateProductStore, postgresProductStore } from './postgres-repository.ts'
import { seedProduct, testCategories } from './product-fixture.test.support.ts'
import type { ProductStore } from './repository.ts'
import { recommendationContract } from './recommendation-contract.ts'
import { productContract } from './search-contract.ts'
import { stockContract } from './stock-contract.ts'

const databases: TestDatabase[] = []
after(async () => {
  for (const database of databases) await database[Symbol.asyncDispose]()
})

const open = async (): Promise<ProductStore> => {
  const database = await testDatabase()
  databases.push(database)
  await migrateProductStore(database.db)
  return postgresProductStore(database.db)
}
productContract('postgres', open)
merchantContract('postgres', open)
recommendationContract('postgres', open)
stockContract('postgres', open, { propertyRuns: 20 })

const everything = {
  categorySlug: undefined,
  sort: 'relevance',
  inStockOnly: false,
  minPriceMinor: undefined,
  maxPriceMinor: undefined,
  includeRetired: false,
} as const

test('postgres: of many starts at once one fills the shop, with all of the opening catalogue', async () => {
  const { products, stock } = await open()
  const results = await Promise.all(Array.from({ length: 4 }, () => products.seed(openingCatalogue)))
  assert.equal(results.filter(Boolean).length, 1)
  const levels = await stock.levels('all')
  assert.equal(levels.length, 1_152)
  assert.ok(levels.every(({ initial, available }) => available === initial))
})

test('postgres: the database itself refuses to invent or lose a piece, whatever the code says', async () => {
  const { products } = await open()
  await products.seed(() => ({ categories: testCategories, products: [seedProduct({ initialStock: 1 })] }))
  const { db } = databases.at(-1) as TestDatabase
  for (const change of [sql`available = available + 1`, sql`available = -1, sold = 2`, sql`reserved = 1`]) {
    await assert.rejects(db.run(sql`update stock set ${change}`), (error) =>
      hasCode(error, 'ASHLAR_SQL_CHECK_VIOLATION'),
    )
  }
})

test('postgres: a mistyped word finds what was meant', async () => {
  const { products } = await open()
  await products.seed(openingCatalogue)
  for (const [typed, meant] of [
    ['keetle', /kettle/i],
    ['kettel', /kettle/i],
    ['teapto', /teapot/i],
    ['linnen cushon', /cushion/i],
  ] as const) {
    const page = await products.search({ ...everything, query: typed }, { size: 5, after: undefined })
    assert.ok(page.products.length > 0, typed)
    assert.match(page.products[0]?.name ?? '', meant)
  }
})
