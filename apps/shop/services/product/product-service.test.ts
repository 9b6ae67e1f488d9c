import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { codeOf, hasCode, newId } from '@ashlar/kernel'
import { createHttpClient } from '@ashlar/http/client'
import { RemoteError, createClient, type Client } from '@ashlar/rpc'
import { openDatabase, sql } from '@ashlar/sql'
import {
  ProductService,
  RecommendationService,
  RecommendationSource,
  ReservationState,
  SortOrder,
  StockService,
  type Product,
} from '../../contracts/gen/shop/product/v1/product_pb.ts'
import { startForTest, testMeshKey, type ServiceUnderTest } from '../shared/start-service.test.support.ts'
import { productService } from './product-service.ts'

let service: ServiceUnderTest
let products: Client<typeof ProductService>
let stock: Client<typeof StockService>
let recommendations: Client<typeof RecommendationService>
before(async () => {
  service = await startForTest(productService)
  const options = { name: 'product', baseUrl: service.url, meshKey: testMeshKey }
  products = createClient(ProductService, options)
  stock = createClient(StockService, options)
  recommendations = createClient(RecommendationService, options)
})
after(async () => {
  await products[Symbol.asyncDispose]()
  await stock[Symbol.asyncDispose]()
  await recommendations[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})

async function issuesOf(promise: Promise<unknown>): Promise<string[]> {
  const error = await promise.catch((reason: unknown) => reason)
  assert.ok(error instanceof RemoteError && hasCode(error, 'ASHLAR_INVALID_INPUT'), String(error))
  return error.issues.map(({ path, message }) => `${path} ${message}`)
}

const code = (wanted: string) => (error: unknown) => hasCode(error, wanted)

async function plenty(): Promise<Product> {
  const { products: found } = await products.searchProducts({ inStockOnly: true, pageSize: 60 })
  return found.find(({ available }) => available >= 20) as Product
}

test('the shop opens with 36 categories and 1,152 products', async () => {
  const { categories } = await products.listCategories({})
  assert.equal(categories.length, 36)
  assert.ok(categories.every(({ productCount }) => productCount === 32))
  const { totalCount, products: page } = await products.searchProducts({})
  assert.equal(totalCount, 1_152)
  assert.equal(page.length, 24)
})

test('pages follow their tokens to the end of a search, each product once', async () => {
  const search = { categorySlug: 'teapots', sort: SortOrder.PRICE_ASCENDING, pageSize: 10 }
  const seen: Product[] = []
  let pageToken = ''
  do {
    const page = await products.searchProducts({ ...search, pageToken })
    seen.push(...page.products)
    pageToken = page.nextPageToken
  } while (pageToken !== '')
  assert.equal(new Set(seen.map(({ id }) => id)).size, 32)
  const prices = seen.map(({ price }) => Number(price?.amountMinor))
  assert.deepEqual(
    prices,
    prices.toSorted((a, b) => a - b),
  )
})

test('a page token of another search, or a forged one, is refused', async () => {
  const { nextPageToken } = await products.searchProducts({ categorySlug: 'teapots', pageSize: 1 })
  const refused = ['pageToken is not from this list; start again from the first page']
  assert.deepEqual(await issuesOf(products.searchProducts({ categorySlug: 'mugs', pageToken: nextPageToken })), refused)
  assert.deepEqual(await issuesOf(products.searchProducts({ pageToken: 'forged' })), refused)
})

test('everything that is wrong with a search is said at once', async () => {
  const wrong = { query: 'x'.repeat(201), categorySlug: 'A B', sort: 9 as SortOrder, pageSize: 61, minPriceMinor: -1 }
  assert.deepEqual(await issuesOf(products.searchProducts({ ...wrong, maxPriceMinor: -2 })), [
    'query must be at most 200 characters',
    'categorySlug must be lower-case letters, digits and hyphens',
    'minPriceMinor must be 0 to 2147483647, got -1',
    'maxPriceMinor must be 0 to 2147483647, got -2',
    'sort is not a sort order: 9',
    'pageSize must be 1 to 60, got 61',
  ])
  assert.deepEqual(await issuesOf(products.searchProducts({ minPriceMinor: 2, maxPriceMinor: 1 })), [
    'minPriceMinor must not exceed maxPriceMinor',
  ])
})

test('one product, or many in the order asked for; an unknown one is not found, a malformed id is refused', async () => {
  const { products: page } = await products.searchProducts({ pageSize: 3 })
  const productIds = page.map(({ id }) => id).toReversed()
  const found = await products.getProducts({ productIds: [newId(), ...productIds] })
  assert.deepEqual(
    found.products.map(({ id }) => id),
    productIds,
  )
  assert.deepEqual((await products.getProduct({ productId: page[0]?.id ?? '' })).product, page[0])
  await assert.rejects(products.getProduct({ productId: newId() }), code('SHOP_PRODUCT_NOT_FOUND'))
  assert.deepEqual(await issuesOf(products.getProduct({ productId: '7' })), ['productId must be a UUID'])
})

test('stock is held, sold and returned, and its sum stays what it was', async () => {
  const { id: productId, available } = await plenty()
  const reservationId = newId()
  const lines = [{ productId, quantity: 3 }]
  const held = await stock.reserve({ reservationId, lines })
  assert.equal(held.state, ReservationState.HELD)
  assert.equal((await products.getProduct({ productId })).product?.available, available - 3)
  assert.equal((await stock.commit({ reservationId })).state, ReservationState.COMMITTED)
  assert.equal((await stock.return({ reservationId })).state, ReservationState.RETURNED)
  const { levels } = await stock.getStock({ productIds: [productId] })
  assert.deepEqual([levels[0]?.available, levels[0]?.reserved, levels[0]?.sold], [available, 0, 0])
  assert.equal((await stock.getStock({})).levels.length, 1_152)
})

test('a refusal for want of stock names the product and what is left', async () => {
  const { products: page } = await products.searchProducts({ pageSize: 60 })
  const scarce = page.find(({ available }) => available < 60) as Product
  const request = { reservationId: newId(), lines: [{ productId: scarce.id, quantity: 99 }] }
  await assert.rejects(
    stock.reserve(request),
    (error) =>
      hasCode(error, 'SHOP_OUT_OF_STOCK') &&
      error.message === `not enough in stock: "${scarce.name}" (${scarce.available} left, 99 asked for)`,
  )
})

test('everything that is wrong with a reservation is said at once', async () => {
  const productId = newId()
  const lines = [
    { productId, quantity: 0 },
    { productId, quantity: 100 },
    { productId: 'mug', quantity: -1 },
  ]
  assert.deepEqual(await issuesOf(stock.reserve({ reservationId: '1', lines, holdSeconds: 3_601 })), [
    'reservationId must be a UUID',
    'lines[0].quantity must be 1 to 99, got 0',
    'lines[1].productId is there twice; add the quantities up',
    'lines[1].quantity must be 1 to 99, got 100',
    'lines[2].productId must be a UUID',
    'lines[2].quantity must be 1 to 99, got -1',
    'holdSeconds must be 1 to 3600, got 3601',
  ])
  assert.deepEqual(await issuesOf(stock.reserve({ reservationId: newId() })), ['lines is required'])
})

test('what two orders bought together is recommended, and counts as sold; until then best sellers are', async () => {
  const { products: page } = await products.searchProducts({ inStockOnly: true, pageSize: 60 })
  const [first, second] = page.filter(({ available }) => available >= 20) as [Product, Product]
  const buyBoth = async (): Promise<void> => {
    const reservationId = newId()
    const lines = [first, second].map(({ id }) => ({ productId: id, quantity: 4 }))
    await stock.reserve({ reservationId, lines })
    await stock.commit({ reservationId })
  }
  await buyBoth()
  const early = await recommendations.recommend({ productId: first.id })
  assert.deepEqual([early.source, early.products.length], [RecommendationSource.BEST_SELLERS, 8])
  await buyBoth()
  const { source, products: found } = await recommendations.recommend({ productId: first.id })
  assert.deepEqual([source, found.map(({ id }) => id)], [RecommendationSource.CO_PURCHASE, [second.id]])
  const best = await recommendations.listBestSellers({ limit: 2 })
  assert.deepEqual(new Set(best.products.map(({ id }) => id)), new Set([first.id, second.id]))
})

test('recommendations beside no product, or too many at once, are refused', async () => {
  await assert.rejects(recommendations.recommend({ productId: newId() }), code('SHOP_PRODUCT_NOT_FOUND'))
  assert.deepEqual(await issuesOf(recommendations.recommend({ productId: '7', limit: 25 })), [
    'productId must be a UUID',
    'limit must be 1 to 24, got 25',
  ])
  assert.deepEqual(await issuesOf(recommendations.listBestSellers({ limit: -1 })), ['limit must be 1 to 24, got -1'])
})

test('the service says that it is healthy, database included', async () => {
  await using http = createHttpClient({ name: 'product', baseUrl: service.url })
  const answer = await http.request({ method: 'GET', path: '/health' })
  assert.equal(answer.status, 200)
  assert.match(JSON.stringify(await answer.json()), /"database":\{"status":"up"/)
})

test('a fault in the database is told to nobody but the log: no SQL, no table name, never "not found"', async () => {
  await using db = await openDatabase({ url: service.databaseUrl })
  await db.run(sql`alter table product rename to hidden`)
  try {
    const error = await products.getProduct({ productId: newId() }).catch((reason: unknown) => reason)
    assert.equal(codeOf(error), 'ASHLAR_INTERNAL')
    assert.doesNotMatch((error as Error).message, /product|relation|select|42P01/)
    assert.match(service.logged(), /relation \\"product\\" does not exist/)
  } finally {
    await db.run(sql`alter table hidden rename to product`)
  }
})
