import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '@ashlar/kernel'
import type { Order } from './order.ts'
import type { OrderRepository } from './repository.ts'
import { alphabetically, insert, lease, newOrder, nowMs, openOrder } from './sample-orders.test.support.ts'
import { reserved, withdrawn } from './transitions.ts'

/** What every order repository promises about orders that are made before they are paid, and the carts they come from. */
export function openOrderContract(create: () => Promise<OrderRepository>): void {
  const fill = async (repository: OrderRepository, order: Order, quantity = 2): Promise<void> => {
    for (const { productId } of order.lines) {
      await repository.setCartLine(order.userId, { productId, quantity }, 50)
    }
  }

  test('an open order takes its lines out of the cart, and nobody works on it', async () => {
    const repository = await create()
    const order = openOrder()
    await fill(repository, order, 5)
    assert.equal(await repository.create(order, 10), 'created')
    assert.deepEqual(await repository.find(order.id), { order, busyUntilMs: undefined })
    assert.deepEqual(await repository.cart(order.userId), [{ productId: order.lines[0]?.productId, quantity: 3 }])
    assert.deepEqual(await repository.abandoned({ nowMs: nowMs + 1e9, limit: 10 }), [])
  })

  test('an open order is not made when the cart does not hold its lines any more', async () => {
    const repository = await create()
    const order = openOrder()
    assert.equal(await repository.create(order, 10), 'cart-changed')
    await fill(repository, order, 1)
    assert.equal(await repository.create(order, 10), 'cart-changed')
    assert.equal(await repository.find(order.id), undefined)
    assert.equal((await repository.cart(order.userId)).length, 1)
  })

  test('of several open orders of one cart at once one is made', async () => {
    const repository = await create()
    const order = openOrder()
    await fill(repository, order)
    const twins = [0, 1, 2, 3].map((index) => openOrder(order, { key: `key-000${index}` }))
    const outcomes = await Promise.all(twins.map((twin) => repository.create(twin, 10)))
    assert.deepEqual(outcomes.toSorted(alphabetically), ['cart-changed', 'cart-changed', 'cart-changed', 'created'])
    assert.deepEqual(await repository.cart(order.userId), [])
  })

  test('of several open orders under one key at once one is made, also when another way of ordering has the key', async () => {
    const repository = await create()
    const order = openOrder()
    await fill(repository, order, 8)
    const outcomes = await Promise.all([0, 1, 2, 3].map(() => repository.create(openOrder(order), 10)))
    assert.deepEqual(outcomes.toSorted(alphabetically), ['created', 'key-taken', 'key-taken', 'key-taken'])
    const other = openOrder()
    await fill(repository, other)
    await repository.insert({ ...newOrder(), userId: other.userId, idempotencyKey: other.idempotencyKey }, lease)
    assert.equal(await repository.create(other, 10), 'key-taken')
    assert.equal((await repository.cart(other.userId)).length, 1)
  })

  test('a number is given once to open orders too', async () => {
    const repository = await create()
    const { order: first } = await insert(repository)
    const order = { ...openOrder(), number: first.number }
    await fill(repository, order)
    assert.equal(await repository.create(order, 10), 'number-taken')
    assert.equal((await repository.cart(order.userId)).length, 1)
  })

  test('a customer never has more open orders than they may, however many they make at once', async () => {
    const repository = await create()
    const order = openOrder()
    await fill(repository, order, 20)
    const many = Array.from({ length: 6 }, () => openOrder(order, { key: newId() }))
    const outcomes = await Promise.all(many.map((each) => repository.create(each, 4)))
    assert.equal(outcomes.filter((outcome) => outcome === 'created').length, 4)
    assert.equal(outcomes.filter((outcome) => outcome === 'too-many').length, 2)
    // What was paid or cancelled is not open any more, and what others have is theirs.
    const open = many[outcomes.indexOf('created')] ?? assert.fail()
    await repository.change(open.id, (now) => withdrawn(now, '', nowMs))
    assert.equal(await repository.create(openOrder(order, { key: newId() }), 4), 'created')
    const other = openOrder()
    await fill(repository, other)
    assert.equal(await repository.create(other, 4), 'created')
  })

  test('what is put back into a cart does not touch what is in it, and goes in as far as there is room', async () => {
    const repository = await create()
    const { order, lease: held } = await insert(repository)
    const [inside, ...others] = [newId(), newId(), newId()]
    await repository.setCartLine(order.userId, { productId: inside ?? '', quantity: 1 }, 2)
    const lines = [inside, ...others].map((productId) => ({ productId: productId ?? '', quantity: 7 }))
    const putBack = { lines, maxLines: 2 }
    await repository.save(reserved(order, nowMs), held, { done: false, putBack })
    assert.deepEqual(await repository.cart(order.userId), [
      { productId: inside, quantity: 1 },
      { productId: others[0], quantity: 7 },
    ])
  })

  test('what is put back into a cart that was never used is in it', async () => {
    const repository = await create()
    const { order, lease: held } = await insert(repository)
    const line = { productId: newId(), quantity: 7 }
    await repository.save(reserved(order, nowMs), held, { done: false, putBack: { lines: [line], maxLines: 2 } })
    assert.deepEqual(await repository.cart(order.userId), [line])
  })
}
