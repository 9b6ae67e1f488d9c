import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { closeAll } from '@ashlar/kernel'
import { listen } from '@ashlar/http'
import { createHttpClient, type HttpClient } from '@ashlar/http/client'
import { OrderStatus } from '../contracts/gen/shop/order/v1/order_pb.ts'
import { shopEdge } from '../services/shared/edge.ts'
import { stubClients, type Given } from './clients.test.support.ts'
import { merchantOrderRoutes } from './merchant-order-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { createApi } from './router.ts'

const authorization = 'Bearer x'
const headers = { authorization, 'idempotency-key': 'key-0001' }

/** The routes in front of services that note what they are asked. */
async function open(
  t: TestContext,
  roles: readonly string[] = ['customer'],
): Promise<{ client: HttpClient; given: Given[] }> {
  const order = { id: 'o1', status: OrderStatus.REFUSED }
  const answers = {
    placeOrder: { order },
    createOrder: { order },
    setOrderItem: { order },
    payOrder: { order },
    cancelOrder: { order },
    listOrders: { orders: [order], nextPageToken: 'more' },
    getOrder: { order },
    shipOrder: { order },
    deliverOrder: { order },
    refundOrder: { order },
    getInvoice: { invoice: { number: '2026-000001' } },
    renderInvoice: { html: '<!doctype html><p>2026-000001</p>' },
  }
  const { clients, given } = stubClients(answers)
  const routes = [...orderRoutes(clients), ...merchantOrderRoutes(clients)]
  const server = await listen(
    createApi(routes, async () => ({ subject: 'ada', roles })),
    { port: 0, edge: shopEdge },
  )
  const client = createHttpClient({ name: 'gateway', baseUrl: server.url })
  const parts = closeAll([server, client])
  t.after(() => parts.close())
  return { client, given }
}

test('an order is created under the key of the header for who is signed in, whatever the body says', async (t) => {
  const { client, given } = await open(t)
  const expectedTotal = { amountMinor: '5', currency: 'EUR' }
  // A field may be called by either of its two names.
  for (const [path, json] of [
    ['/api/orders', { userId: 'eve', idempotencyKey: 'another', expectedTotal }],
    ['/api/open-orders', { user_id: 'eve', idempotency_key: 'another' }],
  ] as const) {
    const made = await client.request({ method: 'POST', path, headers, json })
    // It was made, although it was refused: its status says so.
    assert.deepEqual([made.status, made.headers.location], [201, '/api/orders/o1'])
    const without = await client.request({ method: 'POST', path, headers: { authorization }, json: {} })
    assert.equal(without.status, 400)
    assert.match(without.text(), /Idempotency-Key/)
  }
  assert.deepEqual(
    given.map(({ client: name, method, request: asked }) => [name, method, asked.userId, asked.idempotencyKey]),
    [
      ['checkout', 'placeOrder', 'ada', 'key-0001'],
      ['order', 'createOrder', 'ada', 'key-0001'],
    ],
  )
  const [{ request }] = given as [Given]
  const { amountMinor } = request.expectedTotal as { amountMinor: bigint }
  assert.equal(amountMinor, 5n)
})

test('items are added to an order before it is paid, it is paid and cancelled: the path and the token say whose and which', async (t) => {
  const { client, given } = await open(t)
  const others = { userId: 'eve', orderId: 'o9', productId: 'p9' }
  const send = async (method: 'PUT' | 'POST', path: string, json: object): Promise<void> => {
    assert.equal((await client.request({ method, path, headers: { authorization }, json })).status, 200)
  }
  await send('PUT', '/api/orders/o1/items/p1', { ...others, quantity: 0 })
  const { productId: _, ...mine } = others
  await send('POST', '/api/orders/o1/pay', { ...mine, cardToken: 'card_1' })
  await send('POST', '/api/orders/o1/cancel', { ...mine, reason: 'too dear' })
  assert.deepEqual(
    given.map(({ client: name, method, request }) => [name, method, request.userId, request.orderId]),
    [
      ['order', 'setOrderItem', 'ada', 'o1'],
      ['checkout', 'payOrder', 'ada', 'o1'],
      ['checkout', 'cancelOrder', 'ada', 'o1'],
    ],
  )
  assert.deepEqual([given[0]?.request.productId, given[0]?.request.quantity], ['p1', 0])
})

test('a customer sees their orders a page at a time', async (t) => {
  const { client, given } = await open(t)
  const path = '/api/orders'
  const query = { pageSize: '5', pageToken: 'abc', userId: 'eve' }
  const page = await client.request({ method: 'GET', path, query, headers: { authorization } })
  assert.equal((page.json() as { nextPageToken: string }).nextPageToken, 'more')
  const { pageSize, pageToken, userId } = given[0]?.request ?? assert.fail()
  assert.deepEqual([pageSize, pageToken, userId], [5, 'abc', 'ada'])
})

test('an invoice is JSON for programs and a page for browsers, which can do nothing but be read', async (t) => {
  const { client, given } = await open(t)
  const get = (accept: string): ReturnType<HttpClient['request']> =>
    client.request({ method: 'GET', path: '/api/orders/o1/invoice', headers: { authorization, accept } })
  const json = await get('application/json')
  assert.deepEqual([json.headers['content-type'], json.headers.vary], ['application/json', 'accept'])
  assert.equal((json.json() as { number: string }).number, '2026-000001')
  const page = await get('text/html,*/*;q=0.8')
  assert.deepEqual([page.status, page.text()], [200, '<!doctype html><p>2026-000001</p>'])
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(
    page.headers['content-security-policy'],
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  assert.deepEqual(
    [page.headers['x-content-type-options'], page.headers['cache-control'], page.headers.vary],
    ['nosniff', 'no-store', 'accept'],
  )
  assert.deepEqual(
    given.map(({ method, request }) => [method, request.userId, request.orderId]),
    [
      ['getInvoice', 'ada', 'o1'],
      ['renderInvoice', 'ada', 'o1'],
    ],
  )
})

test('a merchant lists orders by status, ships, delivers and refunds them in their own name', async (t) => {
  const { client, given } = await open(t, ['customer', 'merchant'])
  const others = { merchantId: 'eve', orderId: 'o9' }
  const send = async (method: 'GET' | 'POST', path: string, json?: object): Promise<void> => {
    const request = { method, path: `/api/merchant/orders${path}`, headers: { authorization } }
    assert.equal((await client.request(json === undefined ? request : { ...request, json })).status, 200)
  }
  await send('GET', '?status=PAID&status=SHIPPED&pageSize=3&pageToken=abc')
  await send('GET', '')
  await send('GET', '/o1')
  await send('POST', '/o1/ship', { ...others, carrier: 'Post', trackingNumber: 'RR-1' })
  await send('POST', '/o1/deliver', others)
  await send('POST', '/o1/deliver')
  await send('POST', '/o1/refund', { ...others, reason: 'broken', restock: true })
  const [list, all, one, ...changes] = given.map(({ request }) => request)
  assert.deepEqual(
    [list?.statuses, list?.pageSize, list?.pageToken],
    [[OrderStatus.PAID, OrderStatus.SHIPPED], 3, 'abc'],
  )
  assert.deepEqual([all?.statuses, one?.orderId], [[], 'o1'])
  for (const { merchantId, orderId } of changes) assert.deepEqual([merchantId, orderId], ['ada', 'o1'])
  assert.deepEqual([changes[0]?.trackingNumber, changes[3]?.restock], ['RR-1', true])
  assert.deepEqual(
    given.map(({ client: name }) => name),
    ['fulfilment', 'fulfilment', 'fulfilment', 'fulfilment', 'fulfilment', 'fulfilment', 'refund'],
  )
})

test('a status that is none is refused by name', async (t) => {
  const { client, given } = await open(t, ['customer', 'merchant'])
  for (const status of ['UNSPECIFIED', 'paid', 'constructor', '3']) {
    const list = await client.request({ method: 'GET', path: '/api/merchant/orders', query: { status }, headers })
    assert.equal(list.status, 400, status)
    assert.match(list.text(), /must be one of PENDING, RESERVED, PAID/)
  }
  assert.deepEqual(given, [])
})

test("customers cannot reach the merchants' routes", async (t) => {
  const { client, given } = await open(t)
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/o1'],
    ['POST', '/o1/ship'],
    ['POST', '/o1/deliver'],
    ['POST', '/o1/refund'],
  ] as const) {
    const json = method === 'POST' ? { json: {} } : {}
    const refused = await client.request({ method, path: `/api/merchant/orders${path}`, headers, ...json })
    assert.equal(refused.status, 403, path)
    assert.match(refused.text(), /SHOP_FORBIDDEN/)
  }
  assert.deepEqual(given, [])
})
