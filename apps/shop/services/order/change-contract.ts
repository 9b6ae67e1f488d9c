import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '@ashlar/kernel'
import { orderStatuses, type Order, type OrderStatus } from './order.ts'
import type { OrderRepository } from './repository.ts'
import { alphabetically, insert, lease, newOrder, nowMs, openIn } from './sample-orders.test.support.ts'
import { checkoutBegun, delivered, paid, placed, relined, reserved, shipped } from './transitions.ts'

/** What every order repository promises about changes that need no lease, and about lists by status. */
export function changeContract(create: () => Promise<OrderRepository>): void {
  const paidOrder = async (repository: OrderRepository): Promise<Order> => {
    const { order, lease: held } = await insert(repository)
    const done = paid(reserved(order, nowMs), 'Visa ending 4242', nowMs + 1)
    await repository.save({ ...done, version: 2 }, held, { done: true })
    return { ...done, version: 2 }
  }
  const ship = (order: Order): Order => shipped(order, { carrier: 'Post', trackingNumber: 'RR-1' }, nowMs + 2)

  test('a changed order reads back as it was changed: its lines, and how it was shipped and delivered', async () => {
    const repository = await create()
    const open = await openIn(repository)
    const lines = [...open.lines, ...newOrder().lines]
    const relinedOrder = await repository.change(open.id, (order) => relined(order, lines, nowMs + 1))
    assert.deepEqual([relinedOrder?.version, (await repository.find(open.id))?.order], [2, relinedOrder])

    const { id } = await paidOrder(repository)
    const out = await repository.change(id, ship)
    assert.deepEqual((await repository.find(id))?.order, out)
    const there = await repository.change(id, (order) => delivered(order, nowMs + 3))
    assert.deepEqual((await repository.find(id))?.order, there)
    assert.deepEqual(there?.shipment?.deliveredAtMs, nowMs + 3)
  })

  test('an order that its change leaves as it is, or throws at, is not touched', async () => {
    const repository = await create()
    const order = await paidOrder(repository)
    assert.deepEqual(await repository.change(order.id, (now) => now), order)
    const failing = repository.change(order.id, (now) => {
      ship(now)
      throw new Error('no')
    })
    await assert.rejects(failing, /no/)
    assert.deepEqual((await repository.find(order.id))?.order, order)
  })

  test('an order that somebody works on, or died working on, is not changed, and nor is one that there is none of', async () => {
    const repository = await create()
    const { order } = await insert(repository)
    let asked = 0
    const change = (now: Order): Order => {
      asked++
      return now
    }
    assert.equal(await repository.change(order.id, change), undefined)
    assert.equal(await repository.change(newId(), change), undefined)
    assert.equal(await repository.begin(order.id, change, lease), undefined)
    assert.equal(asked, 0)
  })

  test('work on an order begins with the change that allows it, under a lease that fences off earlier ones', async () => {
    const repository = await create()
    const open = await openIn(repository)
    const begin = (order: Order): Order => checkoutBegun(order, { lines: order.lines, cardToken: 'card_1' }, nowMs)
    assert.equal(await repository.begin(open.id, (order) => order, lease), undefined)
    const claims = await Promise.all(
      [0, 1, 2, 3].map(() => repository.begin(open.id, (now) => (now.status === 'CREATED' ? begin(now) : now), lease)),
    )
    const [claim, ...more] = claims.filter((each) => each !== undefined)
    assert.deepEqual([claim?.lease, more], [{ ...lease, epoch: 1 }, []])
    assert.deepEqual(await repository.find(open.id), { order: claim?.order, busyUntilMs: lease.untilMs })
    assert.deepEqual(await repository.abandoned({ nowMs: lease.untilMs, limit: 10 }), [open.id])
    const { order, lease: held } = claim ?? assert.fail('nobody began')
    await repository.save(reserved(order, nowMs), held, { done: true })
    const second = await repository.claim(open.id, ['RESERVED'], lease, nowMs)
    assert.equal(second?.lease.epoch, 2)
  })

  test('of a cancellation and a shipment at once exactly one wins, whatever the other does next', async () => {
    const repository = await create()
    for (let round = 0; round < 12; round++) {
      const { id } = await paidOrder(repository)
      const cancel = (): Promise<unknown> => repository.claim(id, ['PAID'], lease, nowMs)
      const shipping = (): Promise<unknown> =>
        repository.change(id, (order) => (order.status === 'PAID' ? ship(order) : order))
      const inOrder = round % 2 === 0 ? [cancel, shipping] : [shipping, cancel]
      const won = await Promise.all(inOrder.map((work) => work()))
      assert.equal(won.filter((each) => each !== undefined).length, 1, `round ${round}`)
      const stored = await repository.find(id)
      assert.equal(stored?.order.status, stored?.busyUntilMs === undefined ? 'SHIPPED' : 'PAID')
      assert.equal(await repository.claim(id, ['PAID'], lease, nowMs), undefined)
    }
  })

  test('changes at once come one after another, each with the history of those before it', async () => {
    const repository = await create()
    const open = await openIn(repository)
    const add = (order: Order): Order => relined(order, [...order.lines, ...newOrder().lines], nowMs)
    await Promise.all(Array.from({ length: 6 }, () => repository.change(open.id, add)))
    const { order } = (await repository.find(open.id)) ?? assert.fail()
    assert.deepEqual([order.version, order.lines.length], [7, 7])
  })

  test('orders are listed by status, oldest first, of all customers, from after a place in the list', async () => {
    const repository = await create()
    const open: Order[] = []
    // Two in the same millisecond: the id decides.
    for (const ms of [0, 1, 1, 2]) open.push(await openIn(repository, nowMs + ms))
    const placedOrder = placed(newOrder(), nowMs + 1)
    await repository.insert(placedOrder, lease)
    const byStatus = async (statuses: readonly OrderStatus[], limit: number, after?: Order): Promise<string[]> => {
      const place = after && { key: after.createdAtMs, id: after.id }
      return (await repository.listByStatus(statuses, { limit, after: place })).map(({ id }) => id)
    }
    const ids = open.map(({ id }) => id)
    assert.deepEqual(await byStatus(['CREATED'], 10), ids)
    for (const [index, order] of open.entries()) {
      assert.deepEqual(await byStatus(['CREATED'], 2, order), ids.slice(index + 1, index + 3))
    }
    const all = [...open, placedOrder].toSorted((a, b) => a.createdAtMs - b.createdAtMs || alphabetically(a.id, b.id))
    assert.deepEqual(
      await byStatus(orderStatuses, 10),
      all.map(({ id }) => id),
    )
    assert.deepEqual(
      await byStatus(['PENDING', 'CREATED'], 3),
      all.slice(0, 3).map(({ id }) => id),
    )
    assert.deepEqual(await byStatus(['PAID'], 10), [])
    const [whole] = await repository.listByStatus(['PENDING'], { limit: 1, after: undefined })
    assert.deepEqual(whole, placedOrder)
  })
}
