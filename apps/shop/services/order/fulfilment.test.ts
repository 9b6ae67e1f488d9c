import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultKinds } from './fakes.test.support.ts'
import type { Order } from './order.ts'
import { address, assertBalanced, command, openShop, statuses, type Shop } from './shop-fixture.test.support.ts'

const merchantId = 'mia'
const parcel = { merchantId, carrier: 'Post', trackingNumber: 'RR-123' }
const broken = { merchantId, reason: 'It broke on the way.', restock: false }

async function paidOrder(): Promise<{ shop: Shop; order: Order; orderId: string }> {
  const shop = await openShop()
  const order = await shop.orders.place(command)
  return { shop, order, orderId: order.id }
}

async function shippedOrder(): Promise<{ shop: Shop; orderId: string }> {
  const { shop, orderId } = await paidOrder()
  await shop.fulfilment.ship({ ...parcel, orderId })
  shop.faults.calls.length = 0
  return { shop, orderId }
}

test('an order is shipped with a tracking number, and again with the same one changes nothing', async () => {
  const { shop, orderId } = await paidOrder()
  const order = await shop.fulfilment.ship({ ...parcel, orderId })
  const shippedAtMs = shop.clock.wall()
  assert.deepEqual(
    [order.status, order.shipment],
    ['SHIPPED', { carrier: 'Post', trackingNumber: 'RR-123', shippedAtMs, deliveredAtMs: undefined }],
  )
  assert.equal(order.history.at(-1)?.note, 'Shipped with Post, tracking number RR-123.')
  await shop.clock.advance(1_000)
  assert.deepEqual(await shop.fulfilment.ship({ ...parcel, orderId }), order)
  const other = shop.fulfilment.ship({ ...parcel, orderId, trackingNumber: 'RR-124' })
  await assert.rejects(other, { code: 'SHOP_ORDER_NOT_SHIPPABLE' })
  assert.deepEqual(await shop.orders.get('ada', orderId), order)
  assertBalanced(shop, order)
})

test('a shipped order is delivered, once', async () => {
  const { shop, orderId } = await shippedOrder()
  const order = await shop.fulfilment.deliver({ merchantId, orderId })
  assert.deepEqual(statuses(order).slice(2), ['PAID', 'SHIPPED', 'DELIVERED'])
  assert.equal(order.shipment?.deliveredAtMs, shop.clock.wall())
  await shop.clock.advance(1_000)
  assert.deepEqual(await shop.fulfilment.deliver({ merchantId, orderId }), order)
  assert.deepEqual(await shop.fulfilment.ship({ ...parcel, orderId }), order)
})

test('only what is paid is shipped, only what is shipped is delivered, and only what has left is refunded', async () => {
  const shop = await openShop()
  const { fulfilment, orders } = shop
  const nothing = async (orderId: string): Promise<void> => {
    await assert.rejects(fulfilment.ship({ ...parcel, orderId }), { code: 'SHOP_ORDER_NOT_SHIPPABLE' })
    await assert.rejects(fulfilment.deliver({ merchantId, orderId }), { code: 'SHOP_ORDER_NOT_SHIPPED' })
    await assert.rejects(fulfilment.refund({ ...broken, orderId }), { code: 'SHOP_ORDER_NOT_REFUNDABLE' })
  }
  const refused = await orders.place({ ...command, cardToken: 'bad_1' })
  await nothing(refused.id)
  const created = await shop.openOrders.create({ userId: 'ada', idempotencyKey: 'key-0002', address })
  await nothing(created.id)
  await orders.cancel('ada', created.id, '')
  await nothing(created.id)
  await shop.carts.setItem('ada', 'pen', 1)
  shop.faults.plan(0, 'before', 3)
  const stuck = await shop.settle(orders.place({ ...command, idempotencyKey: 'key-0003' }))
  assert.equal(stuck.status, 'INTERRUPTED')
  await nothing(stuck.id)
  const missing = { code: 'SHOP_ORDER_NOT_FOUND' }
  await assert.rejects(fulfilment.get('none'), missing)
  await assert.rejects(fulfilment.ship({ ...parcel, orderId: 'none' }), missing)
  await assert.rejects(fulfilment.refund({ ...broken, orderId: 'none' }), missing)
})

test('a shipped order cannot be cancelled any more', async () => {
  const { shop, orderId } = await shippedOrder()
  const cancelling = (): Promise<Order> => shop.orders.cancel('ada', orderId, '')
  await assert.rejects(cancelling(), { code: 'SHOP_ORDER_NOT_CANCELLABLE', retryable: false })
  await shop.fulfilment.refund({ ...broken, orderId })
  await assert.rejects(cancelling(), { code: 'SHOP_ORDER_NOT_CANCELLABLE', retryable: false })
  assert.deepEqual(shop.faults.calls, ['refund'])
})

test('of a shipment and a cancellation at once one wins, whichever begins', async () => {
  for (const isShippedFirst of [true, false]) {
    const { shop, orderId } = await paidOrder()
    const shipping = (): Promise<Order> => shop.fulfilment.ship({ ...parcel, orderId })
    const cancelling = (): Promise<Order> => shop.orders.cancel('ada', orderId, '')
    const [one, other] = isShippedFirst ? [shipping, cancelling] : [cancelling, shipping]
    const results = await shop.settle(Promise.allSettled([one(), other()]))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    const order = await shop.orders.get('ada', orderId)
    assert.equal(order.status === 'SHIPPED', order.shipment !== undefined)
    assert.equal(order.status === 'CANCELLED', order.ending !== undefined)
    assertBalanced(shop, order)
  }
})

test('a cancellation that was decided and died stands in the way of a shipment, until it is finished', async () => {
  const { shop, orderId } = await paidOrder()
  shop.faults.plan(0, 'hang-after', 99)
  void shop.orders.cancel('ada', orderId, '').catch(() => {})
  await shop.clock.advance(0)
  // Its lease has run out, and nobody has looked after it yet.
  shop.repository.renew = () => new Promise<never>(() => {})
  const later = shop.startProcess('later')
  const save = shop.repository.save.bind(shop.repository)
  shop.repository.save = (order, lease, options) =>
    lease.runner === 'main' ? new Promise<never>(() => {}) : save(order, lease, options)
  await shop.clock.advance(60_000)
  const refused = { code: 'SHOP_ORDER_NOT_SHIPPABLE' }
  await assert.rejects(later.fulfilment.ship({ ...parcel, orderId }), refused)
  await later.sweep()
  await assert.rejects(later.fulfilment.ship({ ...parcel, orderId }), refused)
  shop.faults.clear()
  const order = await shop.settle(later.orders.cancel('ada', orderId, ''))
  assert.equal(order.status, 'CANCELLED')
  assertBalanced(shop, order)
})

for (const restock of [true, false]) {
  const what = restock ? 'its pieces are sold again' : 'its pieces are not sold again'
  test(`a shipped or delivered order is refunded with a reason, and ${what}`, async () => {
    for (const isDelivered of [true, false]) {
      const { shop, orderId } = await shippedOrder()
      if (isDelivered) await shop.fulfilment.deliver({ merchantId, orderId })
      const order = await shop.fulfilment.refund({ ...broken, orderId, restock })
      assert.equal(order.status, 'REFUNDED')
      assert.deepEqual(order.ending, { kind: 'refund', reason: 'It broke on the way.', restock })
      assert.equal(order.history.at(-1)?.note, 'What you paid is given back: It broke on the way.')
      assert.deepEqual(shop.faults.calls, restock ? ['refund', 'giveBack'] : ['refund'])
      assertBalanced(shop, order)
      assert.deepEqual(await shop.fulfilment.refund({ ...broken, orderId, restock: !restock }), order)
      assert.deepEqual(shop.faults.calls.length, restock ? 2 : 1)
    }
  })

  test(`a refund that is interrupted at any point ends when it is asked for again, once, and ${what}`, async () => {
    for (let at = 0; at < (restock ? 2 : 1); at++) {
      for (const fault of faultKinds) {
        const { shop, orderId } = await shippedOrder()
        shop.faults.plan(at, fault, 3)
        const stuck = await shop.settle(shop.fulfilment.refund({ ...broken, orderId, restock }))
        assert.equal(stuck.status, 'INTERRUPTED', `call ${at} ${fault}`)
        assert.match(
          stuck.history.at(-1)?.note ?? '',
          /^Something went wrong while .+ The shop takes the refund up again/,
        )
        shop.faults.clear()
        // What was decided first stands: part of it may have happened.
        const again = { merchantId, orderId, reason: 'Something else.', restock: !restock }
        const order = await shop.settle(shop.fulfilment.refund(again))
        assert.equal(order.status, 'REFUNDED', `call ${at} ${fault}`)
        assert.deepEqual(order.ending, { kind: 'refund', reason: 'It broke on the way.', restock })
        assertBalanced(shop, order)
      }
    }
  })

  test(`a refund whose process dies at any point is found by the sweep, and ends when asked for again; ${what}`, async () => {
    for (let at = 0; at < (restock ? 2 : 1); at++) {
      for (const fault of ['hang-before', 'hang-after'] as const) {
        const { shop, orderId } = await shippedOrder()
        shop.faults.plan(at, fault)
        shop.faults.plan(at + 1, 'hang-before', 20)
        const dying = shop.startProcess('dying')
        const save = shop.repository.save.bind(shop.repository)
        void dying.fulfilment.refund({ ...broken, orderId, restock }).catch(() => {})
        await shop.clock.advance(0)
        shop.repository.save = (order, lease, options) =>
          lease.runner === 'dying' ? new Promise<never>(() => {}) : save(order, lease, options)
        shop.repository.renew = () => new Promise<never>(() => {})

        await shop.clock.advance(5_999)
        await shop.sweep()
        assert.equal((await shop.fulfilment.get(orderId)).status, 'SHIPPED')
        await shop.clock.advance(1)
        await shop.sweep()
        const found = await shop.fulfilment.get(orderId)
        assert.deepEqual([found.status, found.ending?.kind], ['INTERRUPTED', 'refund'])
        assert.match(found.history.at(-1)?.note ?? '', /The shop takes it up again/)
        const refused = { code: 'SHOP_ORDER_NOT_SHIPPED' }
        await assert.rejects(shop.fulfilment.deliver({ merchantId, orderId }), refused)
        const cancelling = shop.orders.cancel('ada', orderId, '')
        await assert.rejects(cancelling, { code: 'SHOP_ORDER_NOT_CANCELLABLE', retryable: false })

        shop.faults.clear()
        const order = await shop.settle(shop.fulfilment.refund({ ...broken, orderId, restock }))
        assert.equal(order.status, 'REFUNDED', `call ${at} ${fault}`)
        assertBalanced(shop, order)
      }
    }
  })
}

test('a customer who places an order again whose refund was interrupted gets the refund to its end', async () => {
  const { shop, orderId } = await shippedOrder()
  shop.faults.plan(0, 'after', 3)
  await shop.settle(shop.fulfilment.refund({ ...broken, orderId }))
  shop.faults.clear()
  const order = await shop.settle(shop.orders.place(command))
  assert.equal(order.status, 'REFUNDED')
  assertBalanced(shop, order)
})

test('a shipped order stays shipped when its refund died before it had decided anything', async () => {
  const { shop, orderId } = await shippedOrder()
  await shop.repository.claim(orderId, ['SHIPPED'], shop.startProcess('dying').runner.lease(), shop.clock.wall())
  await assert.rejects(shop.fulfilment.deliver({ merchantId, orderId }), {
    code: 'SHOP_ORDER_NOT_SHIPPED',
    retryable: true,
  })
  await shop.clock.advance(6_000)
  await shop.sweep()
  const order = await shop.fulfilment.get(orderId)
  assert.equal(order.status, 'SHIPPED')
  assertBalanced(shop, order)
  assert.equal((await shop.fulfilment.deliver({ merchantId, orderId })).status, 'DELIVERED')
})

test('refunding twice at once refunds once, and both get the refunded order', async () => {
  const { shop, orderId } = await shippedOrder()
  const refund = (): Promise<Order> => shop.fulfilment.refund({ ...broken, orderId, restock: true })
  const [first, second] = await shop.settle(Promise.all([refund(), refund()]))
  assert.deepEqual([first.status, second], ['REFUNDED', first])
  assert.deepEqual(shop.faults.calls, ['refund', 'giveBack'])
})

test('an order that was sold so long ago that its sale is forgotten is refunded, and its pieces are left to be added', async () => {
  const { shop, orderId } = await shippedOrder()
  shop.shelf.forget(orderId)
  const left = [...shop.shelf.available]
  const order = await shop.settle(shop.fulfilment.refund({ ...broken, orderId, restock: true }))
  assert.equal(order.status, 'REFUNDED')
  assert.equal(shop.payments.account(orderId).refunds, 1)
  assert.deepEqual([...shop.shelf.available], left)
})

test('merchants see the orders of all customers by status, those that waited longest first, a page at a time', async () => {
  const shop = await openShop()
  const ids: string[] = []
  for (const [index, userId] of ['ada', 'bob', 'eve', 'bob'].entries()) {
    await shop.carts.setItem(userId, 'pen', 0)
    await shop.carts.setItem(userId, 'lamp', 1)
    const { id } = await shop.orders.place({ ...command, userId, idempotencyKey: `key-000${index}` })
    ids.push(id)
    await shop.clock.advance(1)
  }
  const [first = '', second = '', ...rest] = ids
  await shop.fulfilment.ship({ ...parcel, orderId: second })
  const idsOf = async (...asked: Parameters<typeof shop.fulfilment.list>): Promise<[string[], boolean]> => {
    const { orders, end } = await shop.fulfilment.list(...asked)
    return [orders.map(({ id }) => id), end === undefined]
  }
  assert.deepEqual(await idsOf(['PAID'], { size: 2, after: undefined }), [[first, rest[0]], false])
  const { end } = await shop.fulfilment.list(['PAID'], { size: 2, after: undefined })
  assert.deepEqual(await idsOf(['PAID'], { size: 2, after: end }), [[rest[1]], true])
  assert.deepEqual(await idsOf(['PAID', 'SHIPPED', 'PAID'], { size: 9, after: undefined }), [ids, true])
  assert.deepEqual(await idsOf([], { size: 9, after: undefined }), [ids, true])
  assert.deepEqual(await idsOf(['REFUNDED'], { size: 9, after: undefined }), [[], true])
})
