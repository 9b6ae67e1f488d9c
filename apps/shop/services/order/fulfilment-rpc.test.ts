import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId, runCall } from '@ashlar/kernel'
import { OrderStatus } from '../../contracts/gen/shop/order/v1/order_pb.ts'
import { ada, issuePaths, lamp, openServices, place, type OrderServices } from './rpc-fixture.test.support.ts'

const mia = newId()

function asMerchant<T>(work: () => Promise<T>): Promise<T> {
  return runCall({ principal: { subject: mia, roles: ['customer', 'merchant'] } }, work)
}

async function paidOrder({ client }: OrderServices, idempotencyKey = 'key-0001'): Promise<string> {
  await client.setCartItem({ userId: ada, productId: lamp, quantity: 1 })
  return (await client.placeOrder({ ...place, idempotencyKey })).order?.id ?? ''
}

test('an order is shipped with a tracking number, delivered and refunded, as merchants and its customer see it', async (t) => {
  const services = await openServices(t)
  const { client, fulfilment } = services
  const orderId = await paidOrder(services)
  const own = { merchantId: mia, orderId }
  await asMerchant(async () => {
    const parcel = { ...own, carrier: ' Post ', trackingNumber: ' RR-1 ' }
    const shipped = (await fulfilment.shipOrder(parcel)).order
    assert.deepEqual([shipped?.status, shipped?.shipment?.carrier], [OrderStatus.SHIPPED, 'Post'])
    assert.deepEqual([shipped?.shipment?.trackingNumber, shipped?.shipment?.deliveredAt], ['RR-1', undefined])
    assert.equal(shipped?.idempotencyKey, '')
    const delivered = (await fulfilment.deliverOrder(own)).order
    assert.equal(delivered?.status, OrderStatus.DELIVERED)
    assert.notEqual(delivered.shipment?.deliveredAt, undefined)
    const refund = { ...own, reason: 'Came back.', restock: true }
    const refunded = (await fulfilment.refundOrder(refund)).order
    assert.deepEqual([refunded?.status, refunded?.refundReason], [OrderStatus.REFUNDED, 'Came back.'])
    assert.deepEqual((await fulfilment.getOrder({ orderId })).order, refunded)
  })
  const seen = (await client.getOrder({ userId: ada, orderId })).order
  assert.deepEqual([seen?.status, seen?.shipment?.trackingNumber], [OrderStatus.REFUNDED, 'RR-1'])
  assert.deepEqual([seen?.refundReason, seen?.cancelReason], ['Came back.', ''])
})

test('merchants see the orders of all customers by status, page by page; a page token is for one list', async (t) => {
  const services = await openServices(t)
  const { fulfilment, clock } = services
  for (const key of ['key-0001', 'key-0002', 'key-0003']) {
    await paidOrder(services, key)
    await clock.advance(1)
  }
  await asMerchant(async () => {
    const statuses = [OrderStatus.PAID, OrderStatus.SHIPPED]
    const first = await fulfilment.listOrders({ statuses, pageSize: 2 })
    assert.equal(first.orders.length, 2)
    // The same list, asked for in another order.
    const reordered = [...statuses, ...statuses].toReversed()
    const second = await fulfilment.listOrders({ statuses: reordered, pageSize: 2, pageToken: first.nextPageToken })
    assert.deepEqual([second.orders.length, second.nextPageToken], [1, ''])
    assert.equal(new Set([...first.orders, ...second.orders].map(({ id }) => id)).size, 3)
    assert.equal((await fulfilment.listOrders({})).orders.length, 3)
    assert.deepEqual((await fulfilment.listOrders({ statuses: [OrderStatus.CREATED] })).orders, [])
    assert.deepEqual(await issuePaths(fulfilment.listOrders({ pageToken: first.nextPageToken })), ['pageToken'])
  })
})

test('who is no merchant is refused, whatever is asked and on whose behalf', async (t) => {
  const services = await openServices(t)
  const { fulfilment } = services
  const orderId = await paidOrder(services)
  const own = { merchantId: ada, orderId }
  const calls: readonly (() => Promise<unknown>)[] = [
    () => fulfilment.listOrders({}),
    () => fulfilment.getOrder({ orderId }),
    () => fulfilment.shipOrder({ ...own, carrier: 'Post', trackingNumber: 'RR-1' }),
    () => fulfilment.deliverOrder(own),
    () => fulfilment.refundOrder({ ...own, reason: 'x' }),
  ]
  const forbidden = { code: 'SHOP_FORBIDDEN' }
  for (const call of calls) {
    await assert.rejects(runCall({ principal: { subject: ada, roles: ['customer'] } }, call), forbidden)
    await assert.rejects(call(), forbidden)
  }
  // Nor does anybody act in another merchant's name.
  for (const call of calls.slice(2)) await assert.rejects(asMerchant(call), { code: 'SHOP_USER_NOT_FOUND' })
  assert.equal((await asMerchant(() => fulfilment.getOrder({ orderId }))).order?.status, OrderStatus.PAID)
})

test('refusals keep their codes across the wire, and everything that is wrong is said at once', async (t) => {
  const services = await openServices(t)
  const { fulfilment } = services
  const own = { merchantId: mia, orderId: await paidOrder(services) }
  await asMerchant(async () => {
    const nowhere = { ...own, orderId: newId() }
    await assert.rejects(fulfilment.getOrder(nowhere), { code: 'SHOP_ORDER_NOT_FOUND' })
    await assert.rejects(fulfilment.deliverOrder(own), { code: 'SHOP_ORDER_NOT_SHIPPED' })
    await assert.rejects(fulfilment.refundOrder({ ...own, reason: 'x' }), { code: 'SHOP_ORDER_NOT_REFUNDABLE' })
    const parcel = fulfilment.shipOrder({ merchantId: '', orderId: '1', carrier: 'P', trackingNumber: 'RR 1' })
    assert.deepEqual(await issuePaths(parcel), ['merchantId', 'orderId', 'carrier', 'trackingNumber'])
    for (const reason of ['', ' ', 'x'.repeat(301)]) {
      assert.deepEqual(await issuePaths(fulfilment.refundOrder({ ...own, reason })), ['reason'])
    }
    const list = fulfilment.listOrders({ statuses: [OrderStatus.PAID, 0, 99 as OrderStatus], pageSize: 51 })
    assert.deepEqual(await issuePaths(list), ['statuses[1]', 'statuses[2]', 'pageSize'])
  })
})
