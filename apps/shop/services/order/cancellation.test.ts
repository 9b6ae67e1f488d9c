import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultKinds } from './fakes.test.support.ts'
import type { Order } from './order.ts'
import { assertBalanced, claimed, command, openShop, statuses } from './shop-fixture.test.support.ts'

test('an order is cancelled with a reason: a paid one is refunded and its stock put back, once', async () => {
  const shop = await openShop()
  const { id } = await shop.orders.place(command)
  const order = await shop.orders.cancel('ada', id, 'changed my mind')
  assert.deepEqual(statuses(order).slice(2), ['PAID', 'CANCELLED'])
  assert.deepEqual(order.ending, { kind: 'cancel', reason: 'changed my mind' })
  assert.deepEqual(shop.faults.calls.slice(3), ['refund', 'release', 'giveBack'])
  assertBalanced(shop, order)
  assert.deepEqual(await shop.orders.cancel('ada', id, 'again'), order)
})

test('a cancellation that is interrupted at any point ends when cancelled again, or placed again', async () => {
  for (let at = 0; at < 3; at++) {
    for (const fault of faultKinds) {
      for (const again of ['cancel', 'place'] as const) {
        const shop = await openShop()
        const { id } = await shop.orders.place(command)
        shop.faults.plan(at, fault, 3)
        const broken = await shop.settle(shop.orders.cancel('ada', id, 'changed my mind'))
        assert.equal(broken.status, 'INTERRUPTED')
        shop.faults.clear()
        const repeat = again === 'cancel' ? shop.orders.cancel('ada', id, '') : shop.orders.place(command)
        const order = await shop.settle(repeat)
        assert.equal(order.status, 'CANCELLED', `call ${at} ${fault} ${again}`)
        assert.deepEqual(order.ending, { kind: 'cancel', reason: 'changed my mind' })
        assertBalanced(shop, order)
      }
    }
  }
})

test('an order that was interrupted at any point can be cancelled', async () => {
  for (const at of [0, 1, 2]) {
    for (const fault of faultKinds) {
      const shop = await openShop()
      shop.faults.plan(at, fault, 3)
      const { id, status } = await shop.settle(shop.orders.place(command))
      assert.equal(status, 'INTERRUPTED')
      shop.faults.clear()
      const order = await shop.settle(shop.orders.cancel('ada', id, ''))
      assert.equal(order.status, 'CANCELLED', `call ${at} ${fault}`)
      assertBalanced(shop, order)
    }
  }
})

test('an order that is being checked out cannot be cancelled yet', async () => {
  const shop = await openShop()
  const { order } = await claimed(shop, 'slow')
  const refused = { code: 'SHOP_ORDER_NOT_CANCELLABLE', retryable: true }
  await assert.rejects(shop.orders.cancel('ada', order.id, ''), refused)
})

test('a refused order cannot be cancelled', async () => {
  const { orders } = await openShop()
  const { id } = await orders.place({ ...command, cardToken: 'bad_1' })
  await assert.rejects(orders.cancel('ada', id, ''), { code: 'SHOP_ORDER_NOT_CANCELLABLE', retryable: false })
})

test('a paid order stays paid when its cancellation died before it had decided anything', async () => {
  const shop = await openShop()
  const { id } = await shop.orders.place(command)
  await shop.repository.claim(id, ['PAID'], shop.startProcess('dying').runner.lease(), shop.clock.wall())
  await shop.clock.advance(6_000)
  await shop.sweep()
  const order = await shop.orders.get('ada', id)
  assert.equal(order.status, 'PAID')
  assertBalanced(shop, order)
  assert.equal((await shop.orders.cancel('ada', id, '')).status, 'CANCELLED')
})

test('a paid order stays paid when its cancellation could not be written down', async () => {
  const shop = await openShop()
  const { id } = await shop.orders.place(command)
  const save = shop.repository.save.bind(shop.repository)
  shop.repository.save = async () => {
    shop.repository.save = save
    throw new Error('the database is away')
  }
  const order = await shop.orders.cancel('ada', id, '')
  assert.equal(order.status, 'PAID')
  assertBalanced(shop, order)
})

test('cancelling twice at once cancels once, and both get the cancelled order', async () => {
  const shop = await openShop()
  const { id } = await shop.orders.place(command)
  const cancel = (): Promise<Order> => shop.orders.cancel('ada', id, 'changed my mind')
  const [first, second] = await shop.settle(Promise.all([cancel(), cancel()]))
  assert.deepEqual([first.status, second], ['CANCELLED', first])
  assert.deepEqual(shop.faults.calls.slice(3), ['refund', 'release', 'giveBack'])
})

test('an order that was interrupted while it was being refused can be cancelled', async () => {
  const shop = await openShop()
  shop.faults.plan(2, 'before', 3)
  const { id } = await shop.settle(shop.orders.place({ ...command, cardToken: 'bad_1' }))
  shop.faults.clear()
  const order = await shop.orders.cancel('ada', id, 'never mind')
  assert.deepEqual([order.status, order.ending], ['CANCELLED', { kind: 'cancel', reason: 'never mind' }])
  assertBalanced(shop, order)
})
