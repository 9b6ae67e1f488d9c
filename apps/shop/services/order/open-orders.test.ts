import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money } from '../shared/money.ts'
import { product } from './fakes.test.support.ts'
import type { Order } from './order.ts'
import type { ProductInfo } from './ports.ts'
import { address, assertBalanced, command, openShop, statuses, type Shop } from './shop-fixture.test.support.ts'

const create = { userId: command.userId, idempotencyKey: command.idempotencyKey, address }

async function made(more: readonly ProductInfo[] = []): Promise<{ shop: Shop; order: Order }> {
  const shop = await openShop(more)
  return { shop, order: await shop.openOrders.create(create) }
}

function pay(shop: Shop, order: Order, total?: number, cardToken = 'card_1'): Promise<Order> {
  const expectedTotal = total === undefined ? undefined : money(total, 'EUR')
  return shop.openOrders.pay({ userId: 'ada', orderId: order.id, cardToken, expectedTotal })
}

function quantities(order: Order): [string, number, number][] {
  return order.lines.map(({ productId, quantity, unitPrice }) => [productId, quantity, unitPrice.amountMinor])
}

test('an order is created from the cart, which it empties, and nothing is held or charged for it', async () => {
  const { shop, order } = await made()
  assert.deepEqual([order.status, order.version, order.cardToken], ['CREATED', 1, ''])
  assert.deepEqual(quantities(order), [
    ['lamp', 2, 1050],
    ['pen', 1, 1050],
  ])
  assert.deepEqual((await shop.carts.get('ada')).items, [])
  assert.deepEqual(shop.faults.calls, [])
  assert.deepEqual(await shop.orders.get('ada', order.id), order)
})

test('items are added to an order before it is paid, changed and taken out again', async () => {
  const { shop, order } = await made([product('cup', 9)])
  const set = (productId: string, quantity: number): Promise<Order> =>
    shop.openOrders.setItem({ userId: 'ada', orderId: order.id, productId, quantity })
  await set('cup', 4)
  await set('pen', 0)
  await set('pen', 0)
  shop.shelf.reprice('lamp', 2000)
  const changed = await set('lamp', 1)
  assert.deepEqual(quantities(changed), [
    ['lamp', 1, 2000],
    ['cup', 4, 1050],
  ])
  const paid = await pay(shop, order, 6200)
  assert.deepEqual([paid.status, quantities(paid)], ['PAID', quantities(changed)])
  assert.deepEqual([...shop.shelf.available.values()], [4, 3, 5])
})

test('the last item of an order stays; it is for cancelling', async () => {
  const { shop, order } = await made()
  const set = { userId: 'ada', orderId: order.id, quantity: 0 }
  await shop.openOrders.setItem({ ...set, productId: 'lamp' })
  await assert.rejects(shop.openOrders.setItem({ ...set, productId: 'pen' }), { code: 'ASHLAR_INVALID_INPUT' })
})

test('an order takes fifty different products, of what is sold, worth what payment takes', async () => {
  const many = Array.from({ length: 49 }, (_, index) => product(`p${index}`, 9))
  const { shop, order } = await made([...many, { ...product('ship', 9), price: money(50_000_001, 'EUR') }])
  const set = (productId: string, quantity = 1): Promise<Order> =>
    shop.openOrders.setItem({ userId: 'ada', orderId: order.id, productId, quantity })
  await assert.rejects(set('ship', 2), { code: 'ASHLAR_INVALID_INPUT' })
  for (const { id } of many.slice(0, 48)) await set(id)
  await assert.rejects(set('p48'), { code: 'ASHLAR_INVALID_INPUT' })
  assert.equal((await set('p0', 2)).lines.length, 50)
  await assert.rejects(set('boat'), { code: 'SHOP_PRODUCT_NOT_FOUND' })
  shop.shelf.retire('p0')
  await assert.rejects(set('p0'), { code: 'SHOP_PRODUCT_RETIRED' })
  assert.equal((await set('p0', 0)).lines.length, 49)
})

test('an order is paid once, however often and simultaneously it is asked for, and answers with itself from then on', async () => {
  const { shop, order } = await made()
  const [first, second] = await shop.settle(Promise.all([pay(shop, order, 3150), pay(shop, order, 3150)]))
  assert.deepEqual([first.status, second], ['PAID', first])
  assert.deepEqual(statuses(first), ['CREATED', 'PENDING', 'RESERVED', 'PAID'])
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge', 'commit'])
  // Also to somebody who was shown something else: nothing is charged any more.
  assert.deepEqual(await pay(shop, order, 1, ''), first)
  assertBalanced(shop, first)
})

test('paying takes nothing out of the cart again', async () => {
  const { shop, order } = await made()
  await shop.carts.setItem('ada', 'lamp', 1)
  await pay(shop, order)
  const { items } = await shop.carts.get('ada')
  assert.deepEqual(
    items.map(({ line }) => [line.productId, line.quantity]),
    [['lamp', 1]],
  )
})

test('an order is charged the prices of the moment, and only the total that the customer was shown', async () => {
  const { shop, order } = await made()
  shop.shelf.reprice('lamp', 900)
  shop.shelf.reprice('pen', 1200)
  const message = 'the total is €30.00 now'
  await assert.rejects(pay(shop, order, 3150), { code: 'SHOP_PRICE_CHANGED', message })
  const shown = await shop.orders.get('ada', order.id)
  assert.deepEqual(
    [shown.status, quantities(shown)],
    [
      'CREATED',
      [
        ['lamp', 2, 900],
        ['pen', 1, 1200],
      ],
    ],
  )
  assert.deepEqual(shop.faults.calls, [])
  assert.equal((await pay(shop, order, 3000)).status, 'PAID')
})

test('an item that is added while the order is being paid is in it, or is refused; it is never added and not paid', async () => {
  const { shop, order } = await made([product('cup', 9)])
  const find = shop.shelf.find.bind(shop.shelf)
  const add = { userId: 'ada', orderId: order.id, productId: 'cup', quantity: 1 }
  shop.shelf.find = async (ids) => {
    const found = await find(ids)
    shop.shelf.find = find
    // The prices for the payment have been looked up; now the order changes.
    await shop.openOrders.setItem(add)
    return found
  }
  const paid = await pay(shop, order)
  assert.deepEqual([paid.status, paid.lines.length], ['PAID', 3])
  await assert.rejects(shop.openOrders.setItem(add), { code: 'SHOP_ORDER_NOT_OPEN' })
})

test('an order with something that is no longer sold is not paid until that is taken out', async () => {
  const { shop, order } = await made()
  shop.shelf.retire('pen')
  const message = 'no longer sold: "Product pen"'
  await assert.rejects(pay(shop, order), { code: 'SHOP_PRODUCT_RETIRED', message })
  await shop.openOrders.setItem({ userId: 'ada', orderId: order.id, productId: 'pen', quantity: 0 })
  assert.equal((await pay(shop, order, 2100)).status, 'PAID')
})

test('an order whose card is declined is over, and its items are back in the cart', async () => {
  const { shop, order } = await made()
  await shop.carts.setItem('ada', 'pen', 7)
  const refused = await pay(shop, order, 3150, 'bad_1')
  assert.equal(refused.status, 'REFUSED')
  assertBalanced(shop, refused)
  const { items } = await shop.carts.get('ada')
  assert.deepEqual(
    items.map(({ line }) => [line.productId, line.quantity]),
    [
      ['pen', 7],
      ['lamp', 2],
    ],
  )
  assert.deepEqual(await pay(shop, order), refused)
})

test('an order that was interrupted while being paid is taken up by paying again, at the price it has', async () => {
  const { shop, order } = await made()
  shop.faults.plan(1, 'after', 3)
  const broken = await shop.settle(pay(shop, order, 3150))
  assert.equal(broken.status, 'INTERRUPTED')
  shop.faults.clear()
  shop.shelf.reprice('lamp', 9000)
  await assert.rejects(pay(shop, order, 3151), { code: 'SHOP_PRICE_CHANGED', message: 'the total is €31.50 now' })
  const paid = await shop.settle(pay(shop, order, 3150, ''))
  assert.deepEqual([paid.status, quantities(paid)], ['PAID', quantities(order)])
  assertBalanced(shop, paid)
})

test('an order that is not paid yet is cancelled with a reason, and costs nobody a call', async () => {
  const { shop, order } = await made()
  const cancelled = await shop.orders.cancel('ada', order.id, 'too dear')
  assert.deepEqual([cancelled.status, cancelled.ending], ['CANCELLED', { kind: 'cancel', reason: 'too dear' }])
  assert.deepEqual(shop.faults.calls, [])
  await assert.rejects(pay(shop, order), { code: 'SHOP_ORDER_NOT_OPEN' })
  assert.deepEqual(await shop.orders.cancel('ada', order.id, ''), cancelled)
})

test('of a payment and a cancellation at once one wins', async () => {
  for (const isPaidFirst of [true, false]) {
    const { shop, order } = await made()
    const paying = (): Promise<Order> => pay(shop, order)
    const cancelling = (): Promise<Order> => shop.orders.cancel('ada', order.id, '')
    const [one, other] = isPaidFirst ? [paying, cancelling] : [cancelling, paying]
    const results = await shop.settle(Promise.allSettled([one(), other()]))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    const { status } = await shop.orders.get('ada', order.id)
    const { charges } = shop.payments.account(order.id)
    assert.ok((status === 'PAID' && charges === 1) || (status === 'CANCELLED' && charges === 0), `${status} ${charges}`)
  }
})

test('creating twice at once with one key makes one order', async () => {
  const shop = await openShop()
  const orders = await Promise.all([shop.openOrders.create(create), shop.openOrders.create(create)])
  assert.deepEqual(orders[0], orders[1])
  assert.equal((await shop.orders.list('ada', { size: 5, after: undefined })).orders.length, 1)
  await pay(shop, orders[0])
  assert.equal((await shop.openOrders.create(create)).status, 'PAID')
})

test('a repetition that reads the cart when the first has just emptied it gets the same order', async () => {
  const shop = await openShop()
  const cart = shop.repository.cart.bind(shop.repository)
  shop.repository.cart = async (userId) => {
    shop.repository.cart = cart
    await shop.openOrders.create(create)
    return cart(userId)
  }
  const order = await shop.openOrders.create(create)
  assert.deepEqual((await shop.orders.list('ada', { size: 5, after: undefined })).orders, [order])
})

test('a cart that changes while the order is made is read again', async () => {
  const shop = await openShop()
  const find = shop.shelf.find.bind(shop.shelf)
  shop.shelf.find = async (ids) => {
    const found = await find(ids)
    shop.shelf.find = find
    await shop.carts.setItem('ada', 'lamp', 1)
    return found
  }
  const order = await shop.openOrders.create(create)
  assert.deepEqual(
    order.lines.map(({ quantity }) => quantity),
    [1, 1],
  )
  assert.deepEqual((await shop.carts.get('ada')).items, [])
})

test('a key names one order, made in one way, to one address', async () => {
  const { shop } = await made()
  const reused = { code: 'SHOP_IDEMPOTENCY_KEY_REUSED' }
  const elsewhere = { ...create, address: { ...address, city: 'Hamburg' } }
  await assert.rejects(shop.openOrders.create(elsewhere), reused)
  await assert.rejects(shop.orders.place(command), reused)
  await shop.carts.setItem('ada', 'lamp', 1)
  await shop.orders.place({ ...command, idempotencyKey: 'key-0002' })
  await assert.rejects(shop.openOrders.create({ ...create, idempotencyKey: 'key-0002' }), reused)
})

test('a customer has at most ten orders open; paying or cancelling one makes room', async () => {
  const shop = await openShop()
  const make = async (number: number): Promise<Order> => {
    await shop.carts.setItem('ada', 'pen', 1)
    return shop.openOrders.create({ ...create, idempotencyKey: `key-${1000 + number}` })
  }
  const orders: Order[] = []
  for (let number = 0; number < 10; number++) orders.push(await make(number))
  await assert.rejects(make(10), { code: 'SHOP_TOO_MANY_OPEN_ORDERS' })
  await shop.orders.cancel('ada', orders[0]?.id ?? '', '')
  assert.equal((await make(10)).status, 'CREATED')
})

test('an empty cart makes no order, and nor does one with something that is no longer sold', async () => {
  const shop = await openShop()
  await assert.rejects(shop.openOrders.create({ ...create, userId: 'bob' }), { code: 'SHOP_CART_EMPTY' })
  shop.shelf.retire('lamp')
  await assert.rejects(shop.openOrders.create(create), { code: 'SHOP_PRODUCT_RETIRED' })
})

test("somebody else's open order can be neither changed nor paid nor cancelled", async () => {
  const { shop, order } = await made()
  const notFound = { code: 'SHOP_ORDER_NOT_FOUND' }
  const theirs = { userId: 'bob', orderId: order.id }
  await assert.rejects(shop.openOrders.setItem({ ...theirs, productId: 'lamp', quantity: 1 }), notFound)
  await assert.rejects(shop.openOrders.pay({ ...theirs, cardToken: 'card_1', expectedTotal: undefined }), notFound)
  await assert.rejects(shop.orders.cancel('bob', order.id, ''), notFound)
})

test('paying needs a card', async () => {
  const { shop, order } = await made()
  await assert.rejects(pay(shop, order, 3150, ''), { code: 'ASHLAR_INVALID_INPUT' })
})
