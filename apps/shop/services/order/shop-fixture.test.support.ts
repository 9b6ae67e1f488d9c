import assert from 'node:assert/strict'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import { silentLog } from '../shared/log.ts'
import { FakePayments, FakeShelf, Faults, product } from './fakes.test.support.ts'
import { MemoryOrderRepository } from './memory-repository.ts'
import type { Order } from './order.ts'
import { createOrderDomain } from './order-domain.ts'
import type { PlaceCommand } from './orders.ts'
import type { ProductInfo } from './ports.ts'

export const address = {
  name: 'Ada',
  line1: 'Main St 1',
  line2: '',
  postalCode: '10115',
  city: 'Berlin',
  country: 'DE',
}
export const command: PlaceCommand = { userId: 'ada', idempotencyKey: 'key-0001', cardToken: 'card_1', address }

/** A shop with five lamps and three pens, and two lamps and a pen in Ada's cart. */
export async function openShop(more: readonly ProductInfo[] = []) {
  const clock = new VirtualClock()
  const random = seededRandom(7)
  const faults = new Faults()
  const shelf = new FakeShelf(faults, [product('lamp', 5), product('pen', 3), ...more])
  const payments = new FakePayments(faults)
  const repository = new MemoryOrderRepository()
  /** A process of the order service. */
  const startProcess = (id: string) =>
    createOrderDomain({ id, repository, products: shelf, stock: shelf, payments, clock, random, log: silentLog })
  const main = startProcess('main')
  await main.carts.setItem('ada', 'lamp', 2)
  await main.carts.setItem('ada', 'pen', 1)
  /** Lets time pass until `work` is done. */
  const settle = async <T>(work: Promise<T>): Promise<T> => {
    const state = { isDone: false }
    void work.catch(() => {}).finally(() => (state.isDone = true))
    for (let waits = 0; !state.isDone; waits++) {
      if (waits > 600) throw new Error('it does not end')
      await clock.advance(100)
    }
    return work
  }
  return { ...main, clock, faults, shelf, payments, repository, startProcess, settle }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

export function statuses(order: Order): string[] {
  return order.history.map(({ status }) => status)
}

/**
 * What must hold whenever nothing is running: paid means charged once and sold, anything else means neither. What was
 * refunded without coming back stays sold.
 */
export function assertBalanced({ shelf, payments }: Shop, order: Order): void {
  const { charges, refunds } = payments.account(order.id)
  assert.ok(charges <= 1, 'charged at most once')
  const isPaid = ['PAID', 'SHIPPED', 'DELIVERED'].includes(order.status)
  const isSold = isPaid || (order.ending?.kind === 'refund' && !order.ending.restock)
  assert.equal(charges - refunds, isPaid ? 1 : 0, 'money')
  assert.deepEqual(
    [...shelf.available],
    isSold
      ? [
          ['lamp', 3],
          ['pen', 2],
        ]
      : [
          ['lamp', 5],
          ['pen', 3],
        ],
    'stock',
  )
  assert.equal(shelf.stateOf(order.id) === 'COMMITTED', isSold, 'sold')
}

/** An order in the hands of a runner that does nothing. */
export async function claimed(shop: Shop, runner: string): Promise<{ order: Order }> {
  const idle = shop.startProcess(runner)
  idle.runner.start = () => {}
  void idle.orders.place(command).catch(() => {})
  await shop.clock.advance(0)
  const [order] = await shop.repository.list('ada', { limit: 1, after: undefined })
  return { order: order ?? assert.fail('no order') }
}
