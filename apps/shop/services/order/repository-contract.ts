import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '@ashlar/kernel'
import { changeContract } from './change-contract.ts'
import { openOrderContract } from './open-order-contract.ts'
import type { Claim, OrderRepository } from './repository.ts'
import { insert, lease, newOrder, nowMs } from './sample-orders.test.support.ts'
import { ending, interrupted, paid, placed, refused, reserved } from './transitions.ts'

/** What every order repository promises. `create` gives a fresh, empty one. */
export function orderRepositoryContract(name: string, create: () => Promise<OrderRepository>): void {
  describe(`${name} order repository: carts`, () => cartContract(create))
  describe(`${name} order repository: orders`, () => orderContract(create))
  describe(`${name} order repository: open orders`, () => openOrderContract(create))
  describe(`${name} order repository: changes`, () => changeContract(create))
  describe(`${name} order repository: leases`, () => leaseContract(create))
}

type Create = () => Promise<OrderRepository>

function cartContract(create: Create): void {
  test('lines come in the order in which they were put in; changing one does not move it', async () => {
    const repository = await create()
    const [ada, lamp, pen] = [newId(), newId(), newId()]
    assert.deepEqual(await repository.cart(ada), [])
    for (const [productId, quantity] of [
      [lamp, 1],
      [pen, 2],
      [lamp, 5],
    ] as const) {
      assert.equal(await repository.setCartLine(ada, { productId, quantity }, 50), true)
    }
    assert.deepEqual(await repository.cart(ada), [
      { productId: lamp, quantity: 5 },
      { productId: pen, quantity: 2 },
    ])
    assert.deepEqual(await repository.cart(newId()), [])
  })

  test('quantity 0 takes a line out, also one that is not in', async () => {
    const repository = await create()
    const [ada, productId] = [newId(), newId()]
    assert.equal(await repository.setCartLine(ada, { productId, quantity: 0 }, 50), true)
    await repository.setCartLine(ada, { productId, quantity: 1 }, 50)
    await repository.setCartLine(ada, { productId, quantity: 0 }, 50)
    assert.deepEqual(await repository.cart(ada), [])
  })

  test('a cart never has more lines than it may, however many are put in at once', async () => {
    const repository = await create()
    const ada = newId()
    const lines = Array.from({ length: 6 }, () => ({ productId: newId(), quantity: 1 }))
    await repository.setCartLine(ada, { productId: newId(), quantity: 0 }, 3)
    const fits = await Promise.all(lines.map((line) => repository.setCartLine(ada, line, 3)))
    assert.equal(fits.filter(Boolean).length, 3)
    const cart = await repository.cart(ada)
    assert.equal(cart.length, 3)
    const inside = cart[0]?.productId ?? ''
    assert.equal(await repository.setCartLine(ada, { productId: inside, quantity: 9 }, 3), true)
  })

  test('what was bought leaves the cart together with the order being stored; what was added since stays', async () => {
    const repository = await create()
    const claim = await insert(repository)
    const { userId } = claim.order
    const [gone, more, other] = [newId(), newId(), newId()]
    for (const [productId, quantity] of [
      [gone, 1],
      [more, 5],
      [other, 1],
    ] as const) {
      await repository.setCartLine(userId, { productId, quantity }, 50)
    }
    const bought = [
      { productId: gone, quantity: 2 },
      { productId: more, quantity: 2 },
      { productId: newId(), quantity: 1 },
    ]
    const stale = { ...claim.lease, epoch: 9 }
    await assert.rejects(repository.save(reserved(claim.order, nowMs), stale, { done: true, bought }))
    assert.equal((await repository.cart(userId)).length, 3)
    await repository.save(reserved(claim.order, nowMs), claim.lease, { done: true, bought })
    assert.deepEqual(await repository.cart(userId), [
      { productId: more, quantity: 3 },
      { productId: other, quantity: 1 },
    ])
  })
}

function orderContract(create: Create): void {
  test('an order reads back as stored, through all its changes', async () => {
    const repository = await create()
    const { order, lease: held } = await insert(repository)
    assert.deepEqual((await repository.find(order.id))?.order, order)
    const second = reserved(order, nowMs + 1)
    await repository.save(second, held, { done: false })
    const third = ending(second, { kind: 'refuse', refusal: { code: 'CARD_EXPIRED', message: 'No “luck”' } }, nowMs + 2)
    await repository.save(third, held, { done: false })
    const fourth = refused(third, { code: 'CARD_EXPIRED', message: 'No “luck”' }, nowMs + 3)
    await repository.save(fourth, held, { done: true })
    assert.deepEqual((await repository.find(order.id))?.order, fourth)
    assert.equal(await repository.find(newId()), undefined)
  })

  test('an order is found by its customer and key, and by both only', async () => {
    const repository = await create()
    const { order } = await insert(repository)
    assert.deepEqual((await repository.findByKey(order.userId, order.idempotencyKey))?.order, order)
    assert.equal(await repository.findByKey(newId(), order.idempotencyKey), undefined)
    assert.equal(await repository.findByKey(order.userId, 'another key'), undefined)
  })

  test("a customer's key and an order's number are given once, also when asked for at once", async () => {
    const repository = await create()
    const first = newOrder()
    const twins = Array.from({ length: 5 }, () => ({ ...newOrder(), userId: first.userId }))
    const results = await Promise.all([first, ...twins].map((order) => repository.insert(order, lease)))
    assert.equal(results.filter((result) => typeof result === 'object').length, 1)
    assert.equal(results.filter((result) => result === 'key-taken').length, 5)
    const taken = (await repository.findByKey(first.userId, first.idempotencyKey))?.order.number ?? ''
    assert.equal(await repository.insert({ ...newOrder(), number: taken }, lease), 'number-taken')
  })

  test('orders are listed newest first, one customer at a time, from after a place in the list', async () => {
    const repository = await create()
    const userId = newId()
    // Two in the same millisecond: the id decides.
    const orders = [0, 1, 1, 2].map((ms) => placed({ ...newOrder(), userId, idempotencyKey: newId() }, nowMs + ms))
    for (const order of [...orders, newOrder()]) await repository.insert(order, lease)
    const all = await repository.list(userId, { limit: 10, after: undefined })
    assert.deepEqual(all, orders.toReversed())
    for (const [index, order] of all.entries()) {
      const after = { key: order.createdAtMs, id: order.id }
      assert.deepEqual(await repository.list(userId, { limit: 2, after }), all.slice(index + 1, index + 3))
    }
  })
}

function leaseContract(create: Create): void {
  const second = { runner: 'second', untilMs: nowMs + 9_000 }

  test('an order is leased to its maker until it is stored as done, and shows it', async () => {
    const repository = await create()
    const { order, lease: held } = await insert(repository)
    assert.equal((await repository.find(order.id))?.busyUntilMs, lease.untilMs)
    assert.equal(await repository.claim(order.id, ['PENDING'], second, nowMs + 999), undefined)
    await repository.save(interrupted(order, 'stopped', nowMs), held, { done: true })
    assert.equal((await repository.findByKey(order.userId, order.idempotencyKey))?.busyUntilMs, undefined)
    const claim = await repository.claim(order.id, ['INTERRUPTED'], second, nowMs)
    assert.deepEqual([claim?.order.status, claim?.lease], ['INTERRUPTED', { ...second, epoch: 2 }])
  })

  test('an expired lease is taken over by one of those who try, and its old holder can store nothing', async () => {
    const repository = await create()
    const { order, lease: old } = await insert(repository)
    const claims = await Promise.all(
      Array.from({ length: 6 }, () => repository.claim(order.id, ['PENDING'], second, nowMs + 1_000)),
    )
    assert.equal(claims.filter((claim) => claim !== undefined).length, 1)
    await assert.rejects(repository.save(reserved(order, nowMs), old, { done: false }), lost)
    const claim = claims.find((each) => each !== undefined) as Claim
    await repository.save(reserved(claim.order, nowMs), claim.lease, { done: false })
  })

  test('a renewed lease holds for longer; one that was given back or taken over cannot be renewed', async () => {
    const repository = await create()
    const { order, lease: old } = await insert(repository)
    assert.equal(await repository.renew(order.id, old, nowMs + 2_000), true)
    assert.equal(await repository.claim(order.id, ['PENDING'], second, nowMs + 1_999), undefined)
    const claim = (await repository.claim(order.id, ['PENDING'], second, nowMs + 2_000)) as Claim
    assert.equal(await repository.renew(order.id, old, nowMs + 3_000), false)
    await repository.save(interrupted(order, 'stopped', nowMs), claim.lease, { done: true })
    assert.equal(await repository.renew(order.id, claim.lease, nowMs + 3_000), false)
    assert.equal((await repository.find(order.id))?.busyUntilMs, undefined)
  })

  test('an order is claimed only in the statuses asked for', async () => {
    const repository = await create()
    const { order } = await insert(repository)
    assert.equal(await repository.claim(order.id, ['PAID', 'INTERRUPTED'], second, nowMs + 1_000), undefined)
    assert.equal(await repository.claim(newId(), ['PENDING'], second, nowMs), undefined)
  })

  test('a version is stored once, by its own predecessor, and never after the work was done', async () => {
    const repository = await create()
    const { order, lease: held } = await insert(repository)
    await repository.save(reserved(order, nowMs), held, { done: false })
    await assert.rejects(repository.save(reserved(order, nowMs), held, { done: false }), lost)
    const done = paid(reserved(order, nowMs), 'Visa ending 4242', nowMs)
    await repository.save(done, held, { done: true })
    await assert.rejects(repository.save(interrupted(done, 'late', nowMs), held, { done: true }), lost)
    assert.deepEqual((await repository.find(order.id))?.order, done)
  })

  test('orders whose lease expired are abandoned; those leased or done are not', async () => {
    const repository = await create()
    const dead = await insert(repository)
    const done = await insert(repository)
    await repository.save(interrupted(done.order, 'stopped', nowMs), done.lease, { done: true })
    assert.deepEqual(await repository.abandoned({ nowMs: nowMs + 999, limit: 10 }), [])
    assert.deepEqual(await repository.abandoned({ nowMs: nowMs + 1_000, limit: 10 }), [dead.order.id])
  })
}

const lost = { code: 'SHOP_ORDER_LEASE_LOST' }
