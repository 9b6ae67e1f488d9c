import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hasCode, newId, runCall } from '@ashlar/kernel'
import { RemoteError, createClient, type Client } from '@ashlar/rpc'
import {
  MerchantService,
  ProductService,
  StockService,
  type CreateProductRequest,
  type Product,
} from '../../contracts/gen/shop/product/v1/product_pb.ts'
import { startForTest, testMeshKey, type ServiceUnderTest } from '../shared/start-service.test.support.ts'
import { photographs, png, pngChunk } from './image/image-fixture.test.support.ts'
import { productService } from './product-service.ts'

const ann = { subject: newId(), roles: ['customer', 'merchant'] }
const customer = { subject: newId(), roles: ['customer'] }
const merchantId = ann.subject

let service: ServiceUnderTest
let products: Client<typeof ProductService>
let merchants: Client<typeof MerchantService>
let stock: Client<typeof StockService>
before(async () => {
  service = await startForTest(productService)
  const options = { name: 'product', baseUrl: service.url, meshKey: testMeshKey }
  products = createClient(ProductService, options)
  merchants = createClient(MerchantService, options)
  stock = createClient(StockService, options)
})
after(async () => {
  for (const part of [products, merchants, stock, service]) await part[Symbol.asyncDispose]()
})

const asMerchant = <T>(work: () => Promise<T>): Promise<T> => runCall({ principal: ann }, work)
const code = (wanted: string) => (error: unknown) => hasCode(error, wanted)

async function issuesOf(promise: Promise<unknown>): Promise<string[]> {
  const error = await promise.catch((reason: unknown) => reason)
  assert.ok(error instanceof RemoteError && hasCode(error, 'ASHLAR_INVALID_INPUT'), String(error))
  return error.issues.map(({ path, message }) => `${path} ${message}`)
}

const draft = {
  name: 'Alder Copper Kettle',
  brand: 'Halden',
  categorySlug: 'teapots',
  description: 'Whistles.\r\n\r\nIn G.',
  attributes: [{ name: 'Material', value: 'copper' }],
  colour: '#B87333',
}
const price = { amountMinor: 8_900n, currency: 'EUR' }

function create(change: Partial<Pick<CreateProductRequest, 'sku' | 'initialStock'>> = {}): Promise<Product> {
  const sku = `TEST-${newId().slice(-12).toUpperCase()}`
  const request = { merchantId, idempotencyKey: newId(), sku, draft, price, initialStock: 5, ...change }
  return asMerchant(async () => (await merchants.createProduct(request)).product as Product)
}

test('a merchant creates a product, and customers see it as it was written', async () => {
  const made = await create({ sku: 'KTL-77421' })
  const { product } = await products.getProduct({ productId: made.id })
  assert.deepEqual(product, made)
  const { name, description, colour, categoryName, available, version, ratingCount } = made
  assert.deepEqual(
    [name, description, colour, categoryName, available, version, ratingCount],
    ['Alder Copper Kettle', 'Whistles.\n\nIn G.', '#b87333', 'Teapots', 5, 1, 0],
  )
  const found = await products.searchProducts({ query: 'KTL-77421' })
  assert.deepEqual(
    found.products.map(({ id }) => id),
    [made.id],
  )
})

test('a merchant edits, reprices, retires and restores a product, each from the version before', async () => {
  const { id: productId } = await create()
  const change = { merchantId, productId }
  const renamed = { ...draft, name: 'Birch Copper Kettle', attributes: [] }
  const versions = await asMerchant(async () => [
    (await merchants.editProduct({ ...change, expectedVersion: 1, draft: renamed })).product,
    (await merchants.repriceProduct({ ...change, expectedVersion: 2, price: { ...price, amountMinor: 1n } })).product,
    (await merchants.retireProduct({ ...change, expectedVersion: 3 })).product,
    (await merchants.restoreProduct({ ...change, expectedVersion: 4 })).product,
  ])
  assert.deepEqual(
    versions.map((product) => [product?.name, product?.price?.amountMinor, product?.retired, product?.version]),
    [
      ['Birch Copper Kettle', 8_900n, false, 2],
      ['Birch Copper Kettle', 1n, false, 3],
      ['Birch Copper Kettle', 1n, true, 4],
      ['Birch Copper Kettle', 1n, false, 5],
    ],
  )
  await asMerchant(async () => {
    await assert.rejects(merchants.retireProduct({ ...change, expectedVersion: 4 }), code('SHOP_PRODUCT_CHANGED'))
    const { changes } = await merchants.listPriceChanges({ productId })
    assert.deepEqual(
      changes.map((it) => [it.price?.amountMinor, it.merchantId]),
      [
        [1n, merchantId],
        [8_900n, merchantId],
      ],
    )
    await assert.rejects(merchants.listPriceChanges({ productId: newId() }), code('SHOP_PRODUCT_NOT_FOUND'))
  })
})

test('what a product of the opening catalogue costs is the first of its prices, and nobody’s doing', async () => {
  const { products: page } = await products.searchProducts({ pageSize: 1 })
  const [product] = page as [Product]
  const { changes } = await asMerchant(() => merchants.listPriceChanges({ productId: product.id }))
  assert.deepEqual(
    changes.map((it) => [it.price?.amountMinor, it.at?.seconds, it.merchantId]),
    [[product.price?.amountMinor, product.createdAt?.seconds, '']],
  )
})

test('a retired product is not found, is shown to who has its id, and can not be reserved', async () => {
  const { id: productId, sku } = await create()
  await asMerchant(() => merchants.retireProduct({ merchantId, productId, expectedVersion: 1 }))
  assert.equal((await products.searchProducts({ query: sku })).totalCount, 0)
  const listed = await asMerchant(() => products.searchProducts({ query: sku, includeRetired: true }))
  assert.deepEqual(
    listed.products.map(({ id, retired }) => [id, retired]),
    [[productId, true]],
  )
  assert.equal((await products.getProduct({ productId })).product?.retired, true)
  assert.equal((await products.getProducts({ productIds: [productId] })).products[0]?.retired, true)
  const wanted = { reservationId: newId(), lines: [{ productId, quantity: 1 }] }
  await assert.rejects(
    stock.reserve(wanted),
    (error) => code('SHOP_PRODUCT_RETIRED')(error) && /Kettle/.test(String(error)),
  )
})

test('a page token of a search without retired products is none of one with them', async () => {
  const { nextPageToken } = await products.searchProducts({ pageSize: 1 })
  const mixed = asMerchant(() =>
    products.searchProducts({ pageSize: 1, pageToken: nextPageToken, includeRetired: true }),
  )
  assert.deepEqual(await issuesOf(mixed), ['pageToken is not from this list; start again from the first page'])
})

test('a merchant gives a product a picture of up to 1 MiB, which everybody gets by its hash and no longer by the old one', async () => {
  const { id: productId } = await create()
  const filler = 1_048_576 - png(3, 2).length - 12
  const set = (expectedVersion: number, content: Uint8Array) =>
    asMerchant(() => merchants.setProductImage({ merchantId, productId, expectedVersion, content }))
  const large = png(3, 2, [pngChunk('iCCP', Buffer.alloc(filler, 'profile'))])
  const { product } = await set(1, large)
  const imageHash = product?.imageHash ?? ''
  const loaded = await products.getProductImage({ productId, imageHash })
  assert.deepEqual([loaded.contentType, Buffer.from(loaded.content).equals(large)], ['image/png', true])
  await assert.rejects(set(2, Buffer.concat([large, Buffer.alloc(1)])), code('SHOP_IMAGE_INVALID'))

  const replaced = (await set(2, photographs.baseline)).product
  const photograph = await products.getProductImage({ productId, imageHash: replaced?.imageHash ?? '' })
  assert.equal(photograph.contentType, 'image/jpeg')
  assert.doesNotMatch(Buffer.from(photograph.content).toString('latin1'), /Acme/)
  assert.equal((await set(3, new Uint8Array())).product?.imageHash, '')
  for (const hash of [imageHash, replaced?.imageHash ?? '', '', 'A', '../etc']) {
    await assert.rejects(products.getProductImage({ productId, imageHash: hash }), code('SHOP_IMAGE_NOT_FOUND'), hash)
  }
})

test('a merchant counts stock in and out, once per key', async () => {
  const { id: productId } = await create()
  const adjustment = { merchantId, productId, idempotencyKey: 'delivery of monday', delta: 7 }
  const level = async () => (await asMerchant(() => merchants.adjustStock(adjustment))).level
  assert.deepEqual([(await level())?.available, (await level())?.available], [12, 12])
  const out = { ...adjustment, idempotencyKey: newId(), delta: -13 }
  await asMerchant(async () => {
    await assert.rejects(merchants.adjustStock(out), code('SHOP_OUT_OF_STOCK'))
    await assert.rejects(merchants.adjustStock({ ...adjustment, delta: 8 }), code('SHOP_IDEMPOTENCY_KEY_REUSED'))
  })
  assert.match(service.logged(), new RegExp(`"merchantId":"${merchantId}".*"delta":7.*stock adjusted`))
})

test('who is no merchant may do nothing of this, whatever the request says; nor may one in the name of another', async () => {
  const { id: productId } = await create()
  const target = { merchantId, productId, expectedVersion: 1 }
  const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
    create: () => merchants.createProduct({ merchantId }),
    edit: () => merchants.editProduct({ ...target, draft }),
    reprice: () => merchants.repriceProduct({ ...target, price }),
    retire: () => merchants.retireProduct(target),
    restore: () => merchants.restoreProduct(target),
    stock: () => merchants.adjustStock({ merchantId, productId, idempotencyKey: newId(), delta: 1 }),
    image: () => merchants.setProductImage({ ...target, content: png(3, 2) }),
    prices: () => merchants.listPriceChanges({ productId }),
    retired: () => products.searchProducts({ includeRetired: true }),
  }
  for (const [name, attempt] of Object.entries(attempts)) {
    await assert.rejects(attempt(), code('SHOP_FORBIDDEN'), `${name} by nobody`)
    await assert.rejects(runCall({ principal: customer }, attempt), code('SHOP_FORBIDDEN'), `${name} by a customer`)
  }
  const bob = { subject: newId(), roles: ['merchant'] }
  await assert.rejects(
    runCall({ principal: bob }, () => merchants.retireProduct(target)),
    code('SHOP_USER_NOT_FOUND'),
  )
  assert.equal((await products.getProduct({ productId })).product?.version, 1)
})

test('everything that is wrong with a new product is said at once', async () => {
  const attributes = [
    { name: 'Size', value: '' },
    { name: 'size', value: 'large' },
    ...Array.from({ length: 19 }, (_, index) => ({ name: `No ${index}`, value: 'x' })),
  ]
  const wrong = { name: 'x', brand: '', categorySlug: 'A B', description: 'x'.repeat(4_001), attributes, colour: 'red' }
  const request = { merchantId: 'ann', idempotencyKey: 'short', sku: 'a b', draft: wrong, initialStock: -1 }
  assert.deepEqual(
    await issuesOf(
      asMerchant(() => merchants.createProduct({ ...request, price: { amountMinor: 100_000_001n, currency: 'USD' } })),
    ),
    [
      'merchantId must be a UUID',
      'idempotencyKey must be 8 to 100 characters, got 5',
      'sku must be 3 to 40 capital letters, digits and hyphens',
      'draft.colour must be a colour, such as #a0b1c2',
      'draft.categorySlug must be lower-case letters, digits and hyphens',
      'draft.name must be 2 to 120 characters, got 1',
      'draft.brand is required',
      'draft.description must be 0 to 4000 characters, got 4001',
      'draft.attributes must be at most 20, got 21',
      'draft.attributes[0].value is required',
      'draft.attributes[1].name is there twice: size',
      'price.currency must be EUR',
      'price.amountMinor must be 1 to 100000000, got 100000001',
      'initialStock must be 0 to 1000000, got -1',
    ],
  )
  const empty = asMerchant(() => merchants.createProduct({ merchantId, idempotencyKey: newId(), sku: 'SKU' }))
  assert.deepEqual(await issuesOf(empty), ['draft is required', 'price is required'])
  const free = { merchantId, productId: newId(), expectedVersion: 0, price: { amountMinor: 0n, currency: 'EUR' } }
  assert.deepEqual(await issuesOf(asMerchant(() => merchants.repriceProduct(free))), [
    'expectedVersion must be 1 to 2147483647, got 0',
    'price.amountMinor must be 1 to 100000000, got 0',
  ])
  const still = { merchantId, productId: newId(), idempotencyKey: newId(), delta: 0 }
  assert.deepEqual(await issuesOf(asMerchant(() => merchants.adjustStock(still))), ['delta must not be 0'])
})
