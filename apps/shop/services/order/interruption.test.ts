import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCall } from '@ashlar/kernel'
import { faultKinds } from './fakes.test.support.ts'
import type { Order } from './order.ts'
import { assertBalanced, claimed, command, openShop, type Shop } from './shop-fixture.test.support.ts'

test('one failure in any call is ridden out', async () => {
  for (const at of [0, 1, 2]) {
    for (const fault of faultKinds) {
      const shop = await openShop()
      shop.faults.plan(at, fault)
      const order = await shop.settle(shop.orders.place(command))
      assert.equal(order.status, 'PAID', `call ${at} ${fault}`)
      assertBalanced(shop, order)
    }
  }
})

test('only the very first time that a payment is asked for is said to be the first', async () => {
  const shop = await openShop()
  shop.faults.plan(1, 'after', 3)
  assert.equal((await shop.settle(shop.orders.place(command))).status, 'INTERRUPTED')
  shop.faults.clear()
  assert.equal((await shop.settle(shop.orders.place(command))).status, 'PAID')
  assert.deepEqual(shop.payments.firsts, [true, false, false, false])
})

/** Ways in which an order can go, each with what it takes and how it must end. */
const journeys: Readonly<
  Record<string, { cardToken: string; prepare: (shop: Shop) => void; end: string; calls: number }>
> = {
  paid: { cardToken: 'card_1', prepare() {}, end: 'PAID', calls: 3 },
  declined: { cardToken: 'bad_1', prepare() {}, end: 'REFUSED', calls: 3 },
  'sold out meanwhile': {
    cardToken: 'card_1',
    prepare({ shelf, payments }) {
      const charge = payments.charge.bind(payments)
      payments.charge = async (order) => {
        const answer = await charge(order)
        shelf.expire(order.id)
        shelf.available.set('lamp', 0)
        return answer
      }
    },
    end: 'REFUSED',
    calls: 6,
  },
}

for (const [name, { cardToken, prepare, end, calls }] of Object.entries(journeys)) {
  test(`an order that goes "${name}" and is interrupted at any point ends the same when it is placed again`, async () => {
    for (let at = 0; at < calls; at++) {
      for (const fault of faultKinds) {
        const shop = await openShop()
        prepare(shop)
        shop.faults.plan(at, fault, 3)
        const broken = await shop.settle(shop.orders.place({ ...command, cardToken }))
        assert.equal(broken.status, 'INTERRUPTED', `call ${at} ${fault}`)
        assert.match(broken.history.at(-1)?.note ?? '', /^Something went wrong while .+ Place it again/)
        shop.faults.clear()
        const order = await shop.settle(shop.orders.place({ ...command, cardToken: '' }))
        assert.equal(order.status, end, `call ${at} ${fault}`)
        if (name === 'sold out meanwhile') shop.shelf.available.set('lamp', 5)
        assertBalanced(shop, order)
      }
    }
  })
}

test('an order whose process dies at any point is found by the sweep, and ends when it is placed again', async () => {
  for (const at of [0, 1, 2]) {
    for (const fault of ['hang-before', 'hang-after'] as const) {
      const shop = await openShop()
      shop.faults.plan(at, fault)
      // What the dying process would still do or store comes to nothing.
      shop.faults.plan(at + 1, 'hang-before', 20)
      const dying = shop.startProcess('dying')
      const save = shop.repository.save.bind(shop.repository)
      void dying.orders.place(command).catch(() => {})
      await shop.clock.advance(0)
      shop.repository.save = (order, lease, options) =>
        lease.runner === 'dying' ? new Promise<never>(() => {}) : save(order, lease, options)
      shop.repository.renew = () => new Promise<never>(() => {})

      await shop.clock.advance(5_999)
      await shop.sweep()
      const [before] = await shop.repository.list('ada', { limit: 1, after: undefined })
      assert.equal(before?.status, at === 0 ? 'PENDING' : 'RESERVED')
      await shop.clock.advance(1)
      await shop.sweep()
      const [found] = await shop.repository.list('ada', { limit: 1, after: undefined })
      assert.equal(found?.status, 'INTERRUPTED')
      assert.match(found?.history.at(-1)?.note ?? '', /Place the order again/)

      shop.faults.clear()
      const order = await shop.settle(shop.orders.place(command))
      assert.equal(order.status, 'PAID', `call ${at} ${fault}`)
      assertBalanced(shop, order)
    }
  }
})

test('a runner whose order was taken over stores nothing more', async () => {
  const shop = await openShop()
  const { order } = await claimed(shop, 'slow')
  await shop.clock.advance(6_000)
  await shop.sweep()
  const late = { ...order, status: 'PAID' as const, version: 2 }
  const lease = { runner: 'slow', epoch: 1, untilMs: 0 }
  await assert.rejects(shop.repository.save(late, lease, { done: true }), { code: 'SHOP_ORDER_LEASE_LOST' })
})

test('a caller with a deadline gets the order as it is shortly before, and the checkout goes on', async () => {
  const shop = await openShop()
  shop.faults.plan(1, 'hang-before')
  const work = (): Promise<Order> => shop.orders.place(command)
  const early = await shop.settle(runCall({ timeoutMs: 2_000, clock: shop.clock }, work))
  assert.equal(early.status, 'RESERVED')
  assert.ok(shop.clock.now() < 2_000)
  const order = await shop.settle(shop.orders.place(command))
  assert.equal(order.status, 'PAID')
  assertBalanced(shop, order)
})

test('a caller that goes away does not stop the checkout', async () => {
  const shop = await openShop()
  shop.faults.plan(1, 'hang-before')
  const leaving = new AbortController()
  const work = (): Promise<Order> => shop.orders.place(command)
  const gone = runCall({ signal: leaving.signal, clock: shop.clock }, work)
  await shop.clock.advance(0)
  leaving.abort(new Error('gone'))
  await assert.rejects(gone, /gone/)
  assert.equal((await shop.settle(shop.orders.place(command))).status, 'PAID')
})

test('draining waits for the checkout; stopping leaves it interrupted', async () => {
  const shop = await openShop()
  shop.faults.plan(1, 'hang-before', 3)
  const placing = shop.orders.place(command)
  await shop.clock.advance(0)
  const giveUp = new AbortController()
  const draining = shop.runner.drain(giveUp.signal)
  giveUp.abort(new Error('enough'))
  await assert.rejects(draining, /enough/)
  await shop.runner[Symbol.asyncDispose]()
  assert.equal((await shop.settle(placing)).status, 'INTERRUPTED')
})

test('an order whose refusal was decided stays refused, although it could be bought by now', async () => {
  const shop = await openShop()
  journeys['sold out meanwhile']?.prepare(shop)
  shop.faults.plan(4, 'after', 3)
  const broken = await shop.settle(shop.orders.place(command))
  assert.equal(broken.status, 'INTERRUPTED')
  shop.faults.clear()
  shop.shelf.available.set('lamp', 5)
  const order = await shop.settle(shop.orders.place(command))
  assert.deepEqual([order.status, shop.faults.calls.slice(7)], ['REFUSED', ['refund', 'release']])
  assertBalanced(shop, order)
})

test('a charge that comes back after its checkout was given up has no consequences', async () => {
  const shop = await openShop()
  const { promise, resolve } = Promise.withResolvers<void>()
  const charge = shop.payments.charge.bind(shop.payments)
  shop.payments.charge = async (order) => {
    const answer = await charge(order)
    await promise
    return answer
  }
  const placing = shop.orders.place(command)
  await shop.clock.advance(0)
  const stopping = shop.runner[Symbol.asyncDispose]()
  assert.equal((await shop.settle(placing)).status, 'INTERRUPTED')
  await stopping
  resolve()
  await shop.clock.advance(0)
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge'])
})

test('a long checkout keeps its lease', async () => {
  const shop = await openShop()
  shop.faults.plan(1, 'hang-before', 2)
  const placing = shop.orders.place(command)
  await shop.clock.advance(12_000)
  await shop.startProcess('other').sweep()
  assert.equal((await shop.settle(placing)).status, 'PAID')
})

test('a checkout that cannot renew its lease stops before anybody else may take over', async () => {
  const shop = await openShop()
  shop.faults.plan(1, 'hang-before')
  shop.repository.renew = () => Promise.reject(new Error('the database is away'))
  void shop.orders.place(command)
  await shop.clock.advance(30_000)
  // Without the lease the payment would have been tried again after six seconds.
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge'])
  await shop.sweep()
  assert.equal((await shop.settle(shop.orders.place(command))).status, 'PAID')
})

test('a process that was stalled does nothing for an order whose lease ran out meanwhile', async () => {
  const shop = await openShop()
  const { promise, resolve } = Promise.withResolvers<void>()
  const charge = shop.payments.charge.bind(shop.payments)
  shop.payments.charge = async (order) => {
    const answer = await charge(order)
    await promise
    return answer
  }
  void shop.orders.place(command)
  await shop.clock.advance(0)
  // The clock jumps without firing a timer, as it does for a process that was stopped and goes on.
  const now = shop.clock.now.bind(shop.clock)
  shop.clock.now = () => now() + 10_000
  resolve()
  await shop.clock.advance(0)
  assert.deepEqual(shop.faults.calls, ['reserve', 'charge'])
})
