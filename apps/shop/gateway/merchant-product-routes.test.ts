import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeAll, newId, systemClock, systemRandom, type Lifecycle } from '@ashlar/kernel'
import { listen } from '@ashlar/http'
import { createHttpClient, type HttpClient, type HttpClientRequest } from '@ashlar/http/client'
import { photographs, png } from '../services/product/image/image-fixture.test.support.ts'
import { productService } from '../services/product/product-service.ts'
import { shopEdge } from '../services/shared/edge.ts'
import { startForTest, testMeshKey } from '../services/shared/start-service.test.support.ts'
import { createClients } from './clients.ts'
import { merchantProductRoutes } from './merchant-product-routes.ts'
import { createPolicies } from './policies.ts'
import { productRoutes } from './product-routes.ts'
import { createApi } from './router.ts'

const ids: Readonly<Record<string, string>> = { merchant: newId(), customer: newId() }

/** The product service, and the routes in front of it. The tokens that they take are the names of roles. */
let parts: Lifecycle
let client: HttpClient
before(async () => {
  const service = await startForTest(productService)
  const { url } = service
  const urls = { USER_URL: url, PRODUCT_URL: url, ORDER_URL: url, PAYMENT_URL: url }
  const policies = createPolicies({ clock: systemClock, random: systemRandom })
  const clients = createClients({ ...urls, ASHLAR_MESH_KEY: testMeshKey }, policies)
  const api = createApi([...productRoutes(clients), ...merchantProductRoutes(clients)], async (token) => ({
    subject: ids[token] as string,
    roles: ['customer', token],
  }))
  const server = await listen(api, { port: 0, edge: shopEdge })
  client = createHttpClient({ name: 'gateway', baseUrl: server.url })
  parts = closeAll([service, ...Object.values(clients), server, client])
})
after(() => parts.close())

interface ProductJson {
  readonly id: string
  readonly name: string
  readonly price: { readonly amountMinor: string }
  readonly version: number
  readonly retired: boolean
  readonly imageHash: string
  readonly available: number
}

type Sent = Omit<HttpClientRequest, 'method' | 'path'> & { readonly by?: string; readonly key?: string }

function send(method: string, path: string, { by = 'merchant', key, headers, ...rest }: Sent = {}) {
  const all: Record<string, string> = { ...headers, authorization: `Bearer ${by}` }
  if (key !== undefined) all['idempotency-key'] = key
  return client.request({ ...rest, method, path, headers: all })
}

/** The answer's JSON, once it has this status. */
async function expect<T = ProductJson>(status: number, answer: ReturnType<typeof send>): Promise<T> {
  const got = await answer
  assert.equal(got.status, status, got.text())
  return got.json() as T
}

async function refusedAs(status: number, code: string, answer: ReturnType<typeof send>): Promise<void> {
  assert.equal((await expect<{ code: string }>(status, answer)).code, code)
}

const draft = { name: 'Alder Copper Kettle', brand: 'Halden', categorySlug: 'teapots', colour: '#b87333' }
const newProduct = () => ({
  sku: newId().slice(-12).toUpperCase(),
  draft,
  price: { amountMinor: '8900', currency: 'EUR' },
  initialStock: 5,
})
const create = (): Promise<ProductJson> =>
  expect(201, send('POST', '/api/merchant/products', { json: newProduct(), key: newId() }))

test('a merchant creates a product; the same request again finds it', async () => {
  const json = newProduct()
  const key = newId()
  const first = await send('POST', '/api/merchant/products', { json, key })
  const made = first.json() as ProductJson
  assert.deepEqual([first.status, first.headers.location], [201, `/api/products/${made.id}`])
  const again = await expect(201, send('POST', '/api/merchant/products', { json, key }))
  assert.equal(again.id, made.id)
  assert.deepEqual(await expect(200, send('GET', `/api/products/${made.id}`, { by: 'customer' })), made)
  await refusedAs(400, 'ASHLAR_INVALID_INPUT', send('POST', '/api/merchant/products', { json }))
  await refusedAs(409, 'SHOP_SKU_TAKEN', send('POST', '/api/merchant/products', { json, key: newId() }))
  const other = { ...json, initialStock: 6 }
  await refusedAs(422, 'SHOP_IDEMPOTENCY_KEY_REUSED', send('POST', '/api/merchant/products', { json: other, key }))
})

test('a merchant edits a product by the version that they saw; who saw an older one is told', async () => {
  const { id } = await create()
  const json = { expectedVersion: 1, draft: { ...draft, name: 'Birch Copper Kettle' } }
  const edited = await expect(200, send('PUT', `/api/merchant/products/${id}`, { json }))
  assert.deepEqual([edited.name, edited.version], ['Birch Copper Kettle', 2])
  const stale = { expectedVersion: 1, draft }
  await refusedAs(409, 'SHOP_PRODUCT_CHANGED', send('PUT', `/api/merchant/products/${id}`, { json: stale }))
  const unknown = send('PUT', `/api/merchant/products/${newId()}`, { json })
  await refusedAs(404, 'SHOP_PRODUCT_NOT_FOUND', unknown)
})

test('a merchant reprices a product, and sees what it cost before', async () => {
  const { id } = await create()
  const json = { expectedVersion: 1, price: { amountMinor: '9900', currency: 'EUR' } }
  const repriced = await expect(200, send('PUT', `/api/merchant/products/${id}/price`, { json }))
  assert.equal(repriced.price.amountMinor, '9900')
  const { changes } = await expect<{ changes: { price: { amountMinor: string }; merchantId: string }[] }>(
    200,
    send('GET', `/api/merchant/products/${id}/prices`),
  )
  assert.deepEqual(
    changes.map(({ price, merchantId }) => [price.amountMinor, merchantId]),
    [
      ['9900', ids.merchant],
      ['8900', ids.merchant],
    ],
  )
})

test('a merchant retires a product, still lists it, and puts it back', async () => {
  const { id } = await create()
  const found = async (path: string): Promise<boolean> => {
    const query = { query: 'Alder Copper Kettle', pageSize: '60' }
    const { products } = await expect<{ products: ProductJson[] }>(200, send('GET', path, { query }))
    return products.some((product) => product.id === id)
  }
  const change = (kind: string, expectedVersion: number) =>
    expect(200, send('POST', `/api/merchant/products/${id}/${kind}`, { json: { expectedVersion } }))
  assert.equal((await change('retire', 1)).retired, true)
  assert.deepEqual([await found('/api/products'), await found('/api/merchant/products')], [false, true])
  assert.equal((await expect(200, send('GET', `/api/products/${id}`, { by: 'customer' }))).retired, true)
  assert.equal((await change('restore', 2)).retired, false)
  assert.equal(await found('/api/products'), true)
})

test('a merchant gives a product a picture, replaces it and takes it away; everybody may see and keep it', async () => {
  const { id } = await create()
  const path = `/api/merchant/products/${id}/image`
  const put = (body: Uint8Array, expectedVersion: string) => send('PUT', path, { body, query: { expectedVersion } })
  const { imageHash } = await expect(200, put(png(3, 2), '1'))
  const seen = await client.request({ method: 'GET', path: `/api/products/${id}/images/${imageHash}` })
  assert.equal(seen.status, 200)
  assert.deepEqual(Buffer.from(seen.body), png(3, 2))
  const { 'content-type': type, 'cache-control': cache, 'x-content-type-options': sniff } = seen.headers
  assert.deepEqual([type, cache, sniff], ['image/png', 'public, max-age=31536000, immutable', 'nosniff'])
  assert.equal(seen.headers['content-security-policy'], "default-src 'none'; sandbox")

  const replaced = await expect(200, put(photographs.baseline, '2'))
  assert.deepEqual(await expect(200, put(photographs.baseline, '2')), replaced, 'a repeat changes nothing')
  const old = client.request({ method: 'GET', path: `/api/products/${id}/images/${imageHash}` })
  await refusedAs(404, 'SHOP_IMAGE_NOT_FOUND', old)
  await refusedAs(409, 'SHOP_PRODUCT_CHANGED', put(png(3, 2), '1'))
  const gone = await expect(200, send('DELETE', path, { query: { expectedVersion: '3' } }))
  assert.deepEqual([gone.imageHash, gone.version], ['', 4])
})

test('what is no picture, too large or empty is refused', async () => {
  const { id } = await create()
  const path = `/api/merchant/products/${id}/image`
  const query = { expectedVersion: '1' }
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')
  const headers = { 'content-type': 'image/png' }
  await refusedAs(400, 'SHOP_IMAGE_INVALID', send('PUT', path, { query, headers, body: svg }))
  await refusedAs(400, 'SHOP_IMAGE_INVALID', send('PUT', path, { query, body: '' }))
  const large = Buffer.alloc(1_048_577)
  await refusedAs(413, 'ASHLAR_HTTP_BODY_TOO_LARGE', send('PUT', path, { query, body: large }))
  await refusedAs(400, 'ASHLAR_INVALID_INPUT', send('PUT', path, { body: png(3, 2) }))
  await refusedAs(403, 'SHOP_FORBIDDEN', send('PUT', path, { query, body: png(3, 2), by: 'customer' }))
})

test('a merchant adjusts stock once per key, and sees what there is', async () => {
  const { id } = await create()
  const { id: other } = await create()
  const path = `/api/merchant/products/${id}/stock`
  const adjust = (delta: number, key: string) => send('POST', path, { json: { delta }, key })
  const key = newId()
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.equal((await expect(200, adjust(7, key))).available, 12)
  }
  await refusedAs(409, 'SHOP_OUT_OF_STOCK', adjust(-13, newId()))
  await refusedAs(400, 'ASHLAR_INVALID_INPUT', send('POST', path, { json: { delta: 1 } }))
  const query = new URLSearchParams([
    ['ids', `${id},${other}`],
    ['ids', newId()],
  ])
  const { levels } = await expect<{ levels: { productId: string; initial: number }[] }>(
    200,
    send('GET', '/api/merchant/stock', { query }),
  )
  assert.deepEqual(
    new Map(levels.map(({ productId, initial }) => [productId, initial])),
    new Map([
      [id, 12],
      [other, 5],
    ]),
  )
})

test('who changes what is taken from the token and the path, whatever the body says', async () => {
  const { id } = await create()
  const { id: other } = await create()
  const price = { amountMinor: '1', currency: 'EUR' }
  const json = { merchantId: ids.customer, productId: other, expectedVersion: 1, price }
  assert.equal((await expect(200, send('PUT', `/api/merchant/products/${id}/price`, { json }))).id, id)
  const { changes } = await expect<{ changes: { merchantId: string }[] }>(
    200,
    send('GET', `/api/merchant/products/${id}/prices`),
  )
  assert.equal(changes[0]?.merchantId, ids.merchant)
})

test('nothing here is for customers', async () => {
  const { id } = await create()
  const product = `/api/merchant/products/${id}`
  const attempts = [
    ['GET', '/api/merchant/products'],
    ['POST', '/api/merchant/products'],
    ['PUT', product],
    ['PUT', `${product}/price`],
    ['GET', `${product}/prices`],
    ['POST', `${product}/retire`],
    ['POST', `${product}/restore`],
    ['POST', `${product}/stock`],
    ['PUT', `${product}/image`],
    ['DELETE', `${product}/image`],
    ['GET', '/api/merchant/stock'],
  ] as const
  for (const [method, path] of attempts) {
    await refusedAs(403, 'SHOP_FORBIDDEN', send(method, path, { by: 'customer' }))
    assert.equal((await client.request({ method, path })).status, 401, `${method} ${path} without a token`)
  }
  assert.equal((await expect(200, send('GET', `/api/products/${id}`))).version, 1)
})
