import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { silentLog } from '../shared/log.ts'
import { memoryProductStore } from './memory-repository.ts'
import { seedProduct, testCategories, testId } from './product-fixture.test.support.ts'
import { createStock, sweeping } from './stock.ts'

async function open() {
  const clock = new VirtualClock()
  const { products, stock: repository } = memoryProductStore()
  const product = seedProduct({ initialStock: 10 })
  await products.seed(() => ({ categories: testCategories, products: [product] }))
  const options = { repository, clock, log: silentLog }
  return { clock, repository, stock: createStock(options), sweep: sweeping(options), productId: product.id }
}

test('held stock comes back within a second of its expiry, and can then not be sold', async () => {
  const { clock, stock, sweep, productId } = await open()
  const id = testId()
  const held = await stock.reserve({ id, lines: [{ productId, quantity: 4 }], holdMs: 120_000 })
  assert.equal(held.expiresAtMs, clock.wall() + 120_000)
  await clock.advance(119_000)
  assert.equal((await stock.levels('all'))[0]?.reserved, 4)
  await clock.advance(2_000)
  assert.equal((await stock.levels('all'))[0]?.available, 10)
  await assert.rejects(stock.commit(id), (error) => hasCode(error, 'SHOP_RESERVATION_GONE'))
  await sweep[Symbol.asyncDispose]()
  assert.equal(clock.armed, 0)
})

test('hundreds that expire together are all swept in one round', async () => {
  const { clock, stock, sweep, repository, productId } = await open()
  for (let customer = 0; customer < 250; customer++) {
    const id = testId()
    await repository.reserve({ id, lines: [], nowMs: clock.wall(), expiresAtMs: clock.wall() + 500 })
  }
  await stock.reserve({ id: testId(), lines: [{ productId, quantity: 1 }], holdMs: 600 })
  await clock.advance(1_000)
  assert.deepEqual(await repository.sweep(clock.wall(), 1_000), [])
  assert.equal((await stock.levels('all'))[0]?.available, 10)
  await sweep[Symbol.asyncDispose]()
})
