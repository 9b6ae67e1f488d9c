import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { silentLog } from '../shared/log.ts'
import { memoryProductStore } from './memory-repository.ts'
import { seedProduct, testCategories, testId } from './product-fixture.test.support.ts'
import { forgetting } from './retention.ts'

const dayMs = 86_400_000

async function open() {
  const clock = new VirtualClock()
  const { products, stock, merchant } = memoryProductStore({ clock })
  const { id: productId } = seedProduct()
  await products.seed(() => ({
    categories: testCategories,
    products: [seedProduct({ id: productId, initialStock: 5_000 })],
  }))
  const reserve = async (): Promise<string> => {
    const id = testId()
    const nowMs = clock.wall()
    await stock.reserve({ id, lines: [{ productId, quantity: 1 }], nowMs, expiresAtMs: nowMs + 60_000 })
    return id
  }
  const service = forgetting({ stock, merchant, clock, log: silentLog })
  return { clock, stock, merchant, productId, reserve, service }
}

test('an order can be cancelled and its pieces put back for more than two years; after that they are no longer known', async () => {
  const { clock, stock, reserve, service } = await open()
  const [early, late] = [await reserve(), await reserve()]
  for (const id of [early, late]) await stock.commit(id, clock.wall())
  await clock.advance(2 * 366 * dayMs)
  assert.equal(await stock.returnSold(early, clock.wall()), 'returned')
  await clock.advance(70 * dayMs)
  await assert.rejects(stock.returnSold(late, clock.wall()), (error) => hasCode(error, 'SHOP_RESERVATION_GONE'))
  assert.equal((await stock.levels('all'))[0]?.sold, 1, 'what was sold stays sold')
  await service[Symbol.asyncDispose]()
  assert.equal(clock.armed, 0)
})

test('thousands of reservations that came to nothing are all forgotten in one round, a month later', async () => {
  const { clock, stock, reserve, service } = await open()
  for (let order = 0; order < 2_500; order++) await stock.release(await reserve(), clock.wall())
  const held = await reserve()
  await clock.advance(30 * dayMs)
  assert.equal(await stock.forget('unsold', { beforeMs: clock.wall() + 1, limit: 1 }), 1, 'not yet')
  await clock.advance(3_600_000)
  assert.equal(await stock.forget('unsold', { beforeMs: clock.wall() + 1, limit: 1 }), 0)
  assert.equal(await stock.commit(held, clock.wall()), 'committed', 'what is held is not forgotten')
  await service[Symbol.asyncDispose]()
})

test('an idempotency key is good for a month', async () => {
  const { clock, stock, productId, service } = await open()
  const command = { merchantId: testId(), idempotencyKey: 'delivery-of-monday', productId, delta: 1 }
  await stock.adjust(command)
  await clock.advance(29 * dayMs)
  assert.equal((await stock.adjust(command)).initial, 5_001)
  await clock.advance(2 * dayMs)
  assert.equal((await stock.adjust(command)).initial, 5_002)
  await service[Symbol.asyncDispose]()
})
