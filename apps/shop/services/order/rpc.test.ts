import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId, runCall } from '@ashlar/kernel'
import { OrderStatus } from '../../contracts/gen/shop/order/v1/order_pb.ts'
import { ada, address, issuePaths, lamp, openServices as open, pen, place } from './rpc-fixture.test.support.ts'

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

test('an open order, its items and its payment, as the gateway sees them', async (t) => {
  const { client } = await open(t)
  await client.setCartItem({ userId: ada, productId: lamp, quantity: 2 })
  const { order } = await client.createOrder({ userId: ada, idempotencyKey: 'key-0001', address })
  assert.deepEqual([order?.status, order?.total?.amountMinor], [OrderStatus.CREATED, 2100n])
  const own = { userId: ada, orderId: order?.id ?? '' }
  const item = { ...own, productId: pen, quantity: 3 }
  assert.equal((await client.setOrderItem(item)).order?.total?.amountMinor, 5250n)
  const eur = (amountMinor: bigint): { amountMinor: bigint; currency: string } => ({ amountMinor, currency: 'EUR' })
  const payment = { ...own, cardToken: 'card_1', expectedTotal: eur(5250n) }
  const changed = client.payOrder({ ...payment, expectedTotal: eur(2100n) })
  await assert.rejects(changed, { code: 'SHOP_PRICE_CHANGED', message: 'the total is €52.50 now' })
  const paid = (await client.payOrder(payment)).order
  assert.deepEqual([paid?.status, paid?.version, paid?.shipment], [OrderStatus.PAID, 6, undefined])
  await assert.rejects(client.setOrderItem(item), { code: 'SHOP_ORDER_NOT_OPEN' })
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
  for (const amountMinor of [-1n, 2n ** 60n]) {
    const unlikely = client.placeOrder({ ...place, expectedTotal: { amountMinor, currency: 'euro' } })
    assert.deepEqual(await issuePaths(unlikely), ['expectedTotal.currency', 'expectedTotal.amountMinor'])
  }
  const opened = client.createOrder({ userId: '', idempotencyKey: '', address })
  assert.deepEqual(await issuePaths(opened), ['userId', 'idempotencyKey'])
  const added = client.setOrderItem({ userId: ada, orderId: '1', productId: lamp, quantity: 100 })
  assert.deepEqual(await issuePaths(added), ['orderId', 'quantity'])
  const paid = client.payOrder({ userId: ada, orderId: '1', cardToken: 'card\u2028_1' })
  assert.deepEqual(await issuePaths(paid), ['orderId', 'cardToken'])
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
    () => client.createOrder(place),
    () => client.setOrderItem({ userId: ada, orderId, productId: lamp, quantity: 1 }),
    () => client.payOrder({ userId: ada, orderId }),
    () => client.getOrder({ userId: ada, orderId }),
    () => client.listOrders({ userId: ada }),
    () => client.cancelOrder({ userId: ada, orderId }),
  ]) {
    await assert.rejects(asEve(work), { code: 'SHOP_USER_NOT_FOUND' })
  }
  const asAda = runCall({ principal: { subject: ada, roles: ['customer'] } }, () => client.listOrders({ userId: ada }))
  assert.equal((await asAda).orders[0]?.status, OrderStatus.PAID)
})
