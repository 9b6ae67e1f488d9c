import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { closeAll, newId, runCall, uuidGenerator } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import { listen } from '@ashlar/http'
import { createClient, rpcHandler, type RemoteError } from '@ashlar/rpc'
import { OrderService, OrderStatus } from '../../contracts/gen/shop/order/v1/order_pb.ts'
import { shopEdge } from '../shared/edge.ts'
import { silentLog } from '../shared/log.ts'
import { Carts } from './cart.ts'
import { FakePayments, FakeShelf, Faults, product } from './fakes.test.support.ts'
import { MemoryOrderRepository } from './memory-repository.ts'
import { OrderRunner } from './order-runner.ts'
import { Orders } from './orders.ts'
import { orderRpc } from './rpc.ts'

const [lamp, ada] = [newId(), newId()]
const address = { name: 'Ada', line1: 'Main St 1', postalCode: '10115', city: 'Berlin', country: 'de' }
const place = { userId: ada, idempotencyKey: 'key-0001', cardToken: 'card_1', address }

async function open(t: TestContext) {
  const clock = new VirtualClock()
  const random = seededRandom(7)
  const faults = new Faults()
  const shelf = new FakeShelf(faults, [product(lamp, 50)])
  const repository = new MemoryOrderRepository()
  const carts = new Carts({ repository, products: shelf })
  const runner = new OrderRunner({ id: 'main', repository, clock, random, log: silentLog })
  const ports = { stock: shelf, payments: new FakePayments(faults) }
  const mint = uuidGenerator({ clock })
  const orders = new Orders({ repository, carts, ports, runner, clock, random, newId: mint, log: silentLog })
  // Who calls is believed only from a member of the mesh.
  const meshKey = 'secret'
  const handler = rpcHandler([orderRpc(orders, carts)], { edge: shopEdge, meshKey })
  const server = await listen(handler, { port: 0, edge: shopEdge })
  const client = createClient(OrderService, { name: 'order', baseUrl: server.url, meshKey })
  const parts = closeAll([server, client])
  t.after(() => parts.close())
  return { client, clock }
}

async function issuePaths(work: Promise<unknown>): Promise<string[]> {
  const error = (await work.then(
    () => assert.fail('it was accepted'),
    (reason: unknown) => reason,
  )) as RemoteError
  assert.equal(error.code, 'ASHLAR_INVALID_INPUT')
  return error.issues.map(({ path }) => path)
}

test('cart, order, cancellation, as the gateway sees them', async (t) => {
  const { client } = await open(t)
  const { cart } = await client.setCartItem({ userId: ada, productId: lamp, quantity: 2 })
  assert.equal(cart?.items[0]?.lineTotal?.amountMinor, 2100n)
  assert.deepEqual((await client.getCart({ userId: ada })).cart, cart)

  const { order } = await client.placeOrder(place)
  assert.equal(order?.status, OrderStatus.PAID)
  assert.deepEqual([order.total?.amountMinor, order.paymentLabel], [2100n, 'Visa ending 4242'])
  assert.deepEqual([order.address?.country, order.idempotencyKey, order.refusal], ['DE', 'key-0001', undefined])
  assert.deepEqual(
    order.history.map(({ status }) => status),
    [OrderStatus.PENDING, OrderStatus.RESERVED, OrderStatus.PAID],
  )
  assert.deepEqual((await client.getOrder({ userId: ada, orderId: order.id })).order, order)

  const cancelled = (await client.cancelOrder({ userId: ada, orderId: order.id, reason: 'too bright' })).order
  assert.deepEqual([cancelled?.status, cancelled?.cancelReason], [OrderStatus.CANCELLED, 'too bright'])
})

test('a refused order says why', async (t) => {
  const { client } = await open(t)
  await client.setCartItem({ userId: ada, productId: lamp, quantity: 2 })
  const { order } = await client.placeOrder({ ...place, cardToken: 'bad_1' })
  assert.deepEqual([order?.status, order?.refusal?.code], [OrderStatus.REFUSED, 'INSUFFICIENT_FUNDS'])
})

test("a customer's orders come page by page; a page token of somebody else's list is refused", async (t) => {
  const { client, clock } = await open(t)
  for (const idempotencyKey of ['key-0001', 'key-0002', 'key-0003']) {
    await client.setCartItem({ userId: ada, productId: lamp, quantity: 1 })
    await client.placeOrder({ ...place, idempotencyKey })
    await clock.advance(1)
  }
  const first = await client.listOrders({ userId: ada, pageSize: 2 })
  const second = await client.listOrders({ userId: ada, pageSize: 2, pageToken: first.nextPageToken })
  const keys = [...first.orders, ...second.orders].map(({ idempotencyKey }) => idempotencyKey)
  assert.deepEqual(keys, ['key-0003', 'key-0002', 'key-0001'])
  assert.equal(second.nextPageToken, '')
  const stolen = client.listOrders({ userId: newId(), pageToken: first.nextPageToken })
  assert.deepEqual(await issuePaths(stolen), ['pageToken'])
})

test('refusals keep their codes across the wire', async (t) => {
  const { client } = await open(t)
  const unknown = { userId: ada, productId: newId(), quantity: 1 }
  await assert.rejects(client.setCartItem(unknown), { code: 'SHOP_PRODUCT_NOT_FOUND' })
  await assert.rejects(client.placeOrder(place), { code: 'SHOP_CART_EMPTY' })
  await assert.rejects(client.getOrder({ userId: ada, orderId: newId() }), { code: 'SHOP_ORDER_NOT_FOUND' })
})

test('everything that is wrong with a request is said at once', async (t) => {
  const { client } = await open(t)
  const item = client.setCartItem({ userId: 'x', productId: '', quantity: -1 })
  assert.deepEqual(await issuePaths(item), ['userId', 'productId', 'quantity'])
  assert.deepEqual(await issuePaths(client.setCartItem({ userId: ada, productId: lamp, quantity: 100 })), ['quantity'])
  const nowhere = { ...place, idempotencyKey: 'short', address: { ...address, city: '', country: 'Germany' } }
  assert.deepEqual(await issuePaths(client.placeOrder(nowhere)), ['idempotencyKey', 'address.country', 'address.city'])
  const { address: _, ...homeless } = place
  assert.deepEqual(await issuePaths(client.placeOrder(homeless)), ['address'])
  for (const cardToken of ['card\u2028_1', '\u{1f4b3}'.repeat(101)]) {
    assert.deepEqual(await issuePaths(client.placeOrder({ ...place, cardToken })), ['cardToken'])
  }
  const long = client.cancelOrder({ userId: ada, orderId: '1', reason: 'x'.repeat(301) })
  assert.deepEqual(await issuePaths(long), ['orderId', 'reason'])
  assert.deepEqual(await issuePaths(client.listOrders({ userId: ada, pageSize: 51 })), ['pageSize'])
})

test("a customer cannot ask for anybody else's cart and orders, whatever the request says", async (t) => {
  const { client } = await open(t)
  await client.setCartItem({ userId: ada, productId: lamp, quantity: 1 })
  const orderId = (await client.placeOrder(place)).order?.id ?? ''
  const asEve = (work: () => Promise<unknown>): Promise<unknown> =>
    runCall({ principal: { subject: newId(), roles: ['customer'] } }, work)
  for (const work of [
    () => client.getCart({ userId: ada }),
    () => client.setCartItem({ userId: ada, productId: lamp, quantity: 0 }),
    () => client.placeOrder(place),
    () => client.getOrder({ userId: ada, orderId }),
    () => client.listOrders({ userId: ada }),
    () => client.cancelOrder({ userId: ada, orderId }),
  ]) {
    await assert.rejects(asEve(work), { code: 'SHOP_USER_NOT_FOUND' })
  }
  const asAda = runCall({ principal: { subject: ada, roles: ['customer'] } }, () => client.listOrders({ userId: ada }))
  assert.equal((await asAda).orders[0]?.status, OrderStatus.PAID)
})
