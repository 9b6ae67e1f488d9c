import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money } from '../shared/money.ts'
import { product } from './fakes.test.support.ts'
import { address, assertBalanced, command, openShop, statuses } from './shop-fixture.test.support.ts'

test('an order is created from the cart: reserved, charged and sold, in this order, and its lines leave the cart', async () => {
  const shop = await openShop()
  const order = await shop.orders.place(command)
  assert.deepEqual(statuses(order), ['PENDING', 'RESERVED', 'PAID'])
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge', 'commit'])
  assert.deepEqual([order.version, order.paymentLabel], [3, 'Visa ending 4242'])
  assert.match(order.number, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  assert.deepEqual((await shop.carts.get('ada')).items, [])
  assertBalanced(shop, order)
  assert.equal(shop.clock.armed, 0)
})

test('what was put into the cart during the checkout stays there', async () => {
  const { orders, carts, payments } = await openShop()
  const charge = payments.charge.bind(payments)
  payments.charge = async (order) => {
    await carts.setItem('ada', 'lamp', 3)
    return charge(order)
  }
  await orders.place(command)
  const { items } = await carts.get('ada')
  assert.deepEqual(
    items.map(({ line }) => [line.productId, line.quantity]),
    [['lamp', 1]],
  )
})

test('placing twice at once with one key makes one order, and both get it paid', async () => {
  const shop = await openShop()
  const [first, second] = await shop.settle(Promise.all([shop.orders.place(command), shop.orders.place(command)]))
  assert.deepEqual(first, second)
  assert.equal(first.status, 'PAID')
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge', 'commit'])
  assert.deepEqual(await shop.orders.place(command), first)
})

test('a repetition that reads the cart when the first has just bought it all gets the same order', async () => {
  const shop = await openShop()
  const cart = shop.repository.cart.bind(shop.repository)
  // The repetition has looked for the key in vain; before it reads the cart, the first one is through.
  shop.repository.cart = async (userId) => {
    shop.repository.cart = cart
    await shop.orders.place(command)
    return cart(userId)
  }
  const order = await shop.orders.place(command)
  assert.equal(order.status, 'PAID')
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge', 'commit'])
})

test('a second process waits for the first one to finish with the order', async () => {
  const shop = await openShop()
  const other = shop.startProcess('other')
  const [first, second] = await shop.settle(Promise.all([shop.orders.place(command), other.orders.place(command)]))
  assert.equal(second.status, 'PAID')
  assert.equal(first.id, second.id)
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge', 'commit'])
})

test('a key that was used for another address is refused', async () => {
  const { orders } = await openShop()
  await orders.place(command)
  const elsewhere = { ...command, address: { ...address, city: 'Hamburg' } }
  await assert.rejects(orders.place(elsewhere), { code: 'SHOP_IDEMPOTENCY_KEY_REUSED' })
})

test('the same key of another customer is another order', async () => {
  const { orders, carts } = await openShop()
  await carts.setItem('bob', 'pen', 1)
  const [ada, bob] = [await orders.place(command), await orders.place({ ...command, userId: 'bob' })]
  assert.notEqual(ada.id, bob.id)
})

test('an empty cart is refused, and so is one with something that is no longer sold, which is named', async () => {
  const { orders, shelf, faults } = await openShop()
  await assert.rejects(orders.place({ ...command, userId: 'bob' }), { code: 'SHOP_CART_EMPTY' })
  shelf.retire('lamp')
  const message = 'no longer sold: "Product lamp"'
  await assert.rejects(orders.place(command), { code: 'SHOP_PRODUCT_RETIRED', message })
  assert.deepEqual(faults.calls, [])
})

test('a cart that is worth more than payment takes for one order is refused before anything is held', async () => {
  const { orders, carts, shelf, faults } = await openShop([{ ...product('ship', 9), price: money(50_000_001, 'EUR') }])
  await carts.setItem('ada', 'ship', 2)
  await assert.rejects(orders.place(command), { code: 'ASHLAR_INVALID_INPUT' })
  assert.deepEqual([faults.calls, shelf.available.get('ship')], [[], 9])
})

test('a new order needs a card', async () => {
  const { orders } = await openShop()
  await assert.rejects(orders.place({ ...command, cardToken: '' }), { code: 'ASHLAR_INVALID_INPUT' })
})

test('prices are those of the moment in which the order was placed', async () => {
  const { orders } = await openShop()
  const order = await orders.place(command)
  assert.deepEqual(
    order.lines.map(({ quantity, unitPrice }) => [quantity, unitPrice.amountMinor]),
    [
      [2, 1050],
      [1, 1050],
    ],
  )
})

test('what the customer was shown is what is charged, or nothing is', async () => {
  const shop = await openShop()
  const shown = { ...command, expectedTotal: money(3150, 'EUR') }
  shop.shelf.reprice('pen', 1100)
  const message = 'the total is €32.00 now'
  await assert.rejects(shop.orders.place(shown), { code: 'SHOP_PRICE_CHANGED', message })
  await assert.rejects(shop.orders.place({ ...command, expectedTotal: money(3200, 'USD') }), {
    code: 'SHOP_PRICE_CHANGED',
  })
  assert.deepEqual([shop.faults.calls, (await shop.carts.get('ada')).items.length], [[], 2])
  const order = await shop.orders.place({ ...command, expectedTotal: money(3200, 'EUR') })
  assert.equal(order.status, 'PAID')
  const reused = { code: 'SHOP_IDEMPOTENCY_KEY_REUSED' }
  await assert.rejects(shop.orders.place({ ...command, expectedTotal: money(1, 'EUR') }), reused)
})

test('a product that is retired between cart and shelf refuses the order, and says which', async () => {
  const shop = await openShop()
  const reserve = shop.shelf.reserve.bind(shop.shelf)
  shop.shelf.reserve = async (order) => {
    shop.shelf.retire('pen')
    return reserve(order)
  }
  const order = await shop.orders.place(command)
  assert.deepEqual(order.ending, {
    kind: 'refuse',
    refusal: { code: 'PRODUCT_RETIRED', message: 'No longer sold: "Product pen". You are not charged.' },
  })
  assert.deepEqual([order.status, shop.faults.calls], ['REFUSED', ['reserve']])
  assertBalanced(shop, order)
})

test('a declined card refuses the order: stock back, cart kept, the customer told why', async () => {
  const shop = await openShop()
  const order = await shop.orders.place({ ...command, cardToken: 'bad_1' })
  assert.deepEqual(statuses(order), ['PENDING', 'RESERVED', 'REFUSED'])
  assert.deepEqual(order.ending, {
    kind: 'refuse',
    refusal: {
      code: 'INSUFFICIENT_FUNDS',
      message: 'The card does not have enough funds. Nothing was charged; please use another card.',
    },
  })
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge', 'refund', 'release'])
  assertBalanced(shop, order)
  assert.equal((await shop.carts.get('ada')).items.length, 2)
  assert.deepEqual(await shop.orders.place(command), order)
})

test('a charge of an earlier card that arrives after the order was refused takes nothing', async () => {
  const shop = await openShop()
  const order = await shop.orders.place({ ...command, cardToken: 'bad_1' })
  await assert.rejects(shop.payments.charge({ ...order, cardToken: 'card_1' }))
  assertBalanced(shop, order)
})

test('too little stock refuses the order before anything is charged, and says what is missing', async () => {
  const shop = await openShop()
  await shop.carts.setItem('ada', 'lamp', 6)
  const order = await shop.orders.place(command)
  assert.equal(order.status, 'REFUSED')
  assert.deepEqual(order.ending?.kind === 'refuse' ? order.ending.refusal : undefined, {
    code: 'OUT_OF_STOCK',
    message: 'Not enough in stock: "Product lamp". You are not charged.',
  })
  assert.deepEqual(shop.faults.calls, ['reserve'])
  assertBalanced(shop, order)
})

test('stock that slipped away during the payment is held anew', async () => {
  const shop = await openShop()
  const charge = shop.payments.charge.bind(shop.payments)
  shop.payments.charge = async (order) => {
    shop.shelf.expire(order.id)
    return charge(order)
  }
  const order = await shop.orders.place(command)
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge', 'commit', 'reserve', 'commit'])
  assert.equal(order.status, 'PAID')
  assertBalanced(shop, order)
})

test('stock that slipped away and went to somebody else is refunded', async () => {
  const shop = await openShop()
  const charge = shop.payments.charge.bind(shop.payments)
  shop.payments.charge = async (order) => {
    shop.shelf.expire(order.id)
    shop.shelf.available.set('lamp', 1)
    return charge(order)
  }
  const order = await shop.orders.place(command)
  shop.shelf.available.set('lamp', 5)
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge', 'commit', 'reserve', 'refund', 'release'])
  assert.equal(order.status, 'REFUSED')
  assertBalanced(shop, order)
})

test("somebody else's order is not found, like one that does not exist", async () => {
  const { orders } = await openShop()
  const { id } = await orders.place(command)
  assert.equal((await orders.get('ada', id)).id, id)
  const notFound = { code: 'SHOP_ORDER_NOT_FOUND', message: 'there is no such order' }
  await assert.rejects(orders.get('bob', id), notFound)
  await assert.rejects(orders.cancel('bob', id, ''), notFound)
  await assert.rejects(orders.get('ada', 'nothing'), notFound)
})

test('a customer sees their orders, newest first, a page at a time', async () => {
  const { orders, carts, clock } = await openShop()
  const ids: string[] = []
  for (const key of ['key-0001', 'key-0002', 'key-0003']) {
    await carts.setItem('ada', 'pen', 1)
    ids.unshift((await orders.place({ ...command, idempotencyKey: key })).id)
    await clock.advance(1)
  }
  const first = await orders.list('ada', { size: 2, after: undefined })
  const second = await orders.list('ada', { size: 2, after: first.end })
  assert.deepEqual(
    [...first.orders, ...second.orders].map(({ id }) => id),
    ids,
  )
  assert.equal(second.end, undefined)
})
