import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { driveFaults, hasCode, parseActionInput, runCall, type Action } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { memoryProductStore } from './memory-repository.ts'
import { seedProduct, testCategories, testId } from './product-fixture.test.support.ts'
import { recommenderDelay } from './recommender-delay.ts'
import { createRecommender } from './recommender.ts'

async function open() {
  const clock = new VirtualClock()
  const { products, stock, recommendations } = memoryProductStore({ clock })
  const shelf = ['Mug', 'Spoon', 'Bowl'].map((name) => seedProduct({ name, initialStock: 10 }))
  await products.seed(() => ({ categories: testCategories, products: shelf }))
  const [mug, spoon, bowl] = shelf.map(({ id }) => id) as [string, string, string]
  const nowMs = clock.wall()
  const buy = async (...productIds: string[]): Promise<void> => {
    const id = testId()
    const lines = productIds.map((productId) => ({ productId, quantity: 1 }))
    await stock.reserve({ id, lines, nowMs, expiresAtMs: nowMs + 1_000 })
    await stock.commit(id, nowMs)
  }
  const recommender = createRecommender({ repository: recommendations, products })
  const besides = async (productId: string, limit = 8) => {
    const { source, products: found } = await recommender.recommend(productId, limit)
    return [source, found.map(({ id }) => id)]
  }
  return { clock, mug, spoon, bowl, buy, recommender, besides }
}

test('what two orders bought together is recommended; what one did is chance, and best sellers come instead', async () => {
  const { mug, spoon, bowl, buy, besides } = await open()
  await buy(bowl)
  await buy(mug, spoon)
  assert.deepEqual(await besides(mug), ['best-sellers', [spoon, bowl].toSorted()])
  await buy(spoon, mug)
  assert.deepEqual(await besides(mug), ['co-purchase', [spoon]])
})

test('best sellers that come instead leave the product itself out, and are as many as were asked for', async () => {
  const { mug, spoon, bowl, buy, besides, recommender } = await open()
  for (const sold of [mug, mug, mug, spoon, spoon, bowl]) await buy(sold)
  assert.deepEqual(await besides(mug, 2), ['best-sellers', [spoon, bowl]])
  assert.deepEqual(await besides(bowl, 1), ['best-sellers', [mug]])
  const best = await recommender.bestSellers(3)
  assert.deepEqual(
    best.map(({ id }) => id),
    [mug, spoon, bowl],
  )
})

test('nothing is recommended beside a product that there is not', async () => {
  const { besides } = await open()
  await assert.rejects(besides(testId()), (error) => hasCode(error, 'SHOP_PRODUCT_NOT_FOUND'))
})

/** The delay, as an operator sets it. */
function delayed(t: TestContext, clock: VirtualClock): (delayMs: number) => Promise<unknown> {
  const delay = recommenderDelay(clock)
  t.after(() => delay[Symbol.asyncDispose]())
  const [set] = delay.actions as readonly [Action]
  assert.equal(set.risk, 'disruptive')
  return (delayMs) => runCall({}, (call) => set.run(parseActionInput(set, { delayMs }), call))
}

test('an operator can make recommendations slow, and quick again; best sellers never wait for them', async (t) => {
  const { clock, mug, besides, recommender } = await open()
  const set = delayed(t, clock)
  assert.deepEqual(await set(60_000), { delayMs: 60_000 })
  let hasAnswered = false
  const slow = besides(mug).then(() => (hasAnswered = true))
  await clock.advance(59_990)
  assert.equal((await recommender.bestSellers(8)).length, 3)
  assert.equal(hasAnswered, false)
  await clock.advance(20)
  await slow
  await set(0)
  assert.equal((await besides(mug))[0], 'best-sellers')
  assert.equal(clock.armed, 0)
})

test('a recommendation that is made to wait ends when its caller leaves, and a delay that is gone leaves nothing behind', async (t) => {
  const { clock, mug, besides } = await open()
  const set = delayed(t, clock)
  await set(60_000)
  await set(30_000)
  const leaving = new AbortController()
  const left = assert.rejects(
    runCall({ signal: leaving.signal, clock }, () => besides(mug)),
    /enough/,
  )
  leaving.abort(new Error('enough'))
  await left
  await set(0)
  assert.equal(clock.armed, 0)
  // Whoever drives faults next is in charge alone.
  using _ = driveFaults({ hit: () => undefined })
})
