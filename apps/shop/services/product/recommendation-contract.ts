import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { seedProduct, testCategories, testId } from './product-fixture.test.support.ts'
import type { ProductStore } from './repository.ts'

const nowMs = 1_767_225_600_000

/** What every {@link RecommendationRepository} promises. `open` gives a store that is empty. */
export function recommendationContract(name: string, open: () => Promise<ProductStore>): void {
  // Each test takes products of its own from a shelf that is filled once.
  const shelf = Array.from({ length: 80 }, () => seedProduct({ name: 'Shelf Mug', initialStock: 10 }))
  const ids = shelf.map(({ id }) => id)
  let store: ProductStore
  before(async () => {
    store = await open()
    await store.products.seed(() => ({ categories: testCategories, products: shelf }))
  })
  const shop: Shop = {
    take: (count) => ids.splice(0, count),
    async buy(...productIds) {
      const id = testId()
      const lines = productIds.map((productId) => ({ productId, quantity: 1 }))
      await store.stock.reserve({ id, lines, nowMs, expiresAtMs: nowMs + 1_000 })
      await store.stock.commit(id, nowMs)
      return id
    },
    async alsoBought(productId, minOrders = 1, limit = 100) {
      const found = await store.recommendations.alsoBought(productId, { minOrders, limit })
      return found.map((product) => product.id)
    },
    store: () => store,
  }
  countingContract(name, shop)
  buyableContract(name, shop)
  bestSellerContract(name, open)
}

interface Shop {
  readonly take: (count: number) => string[]
  /** One order of one of each. */
  readonly buy: (...productIds: string[]) => Promise<string>
  readonly alsoBought: (productId: string, minOrders?: number, limit?: number) => Promise<readonly string[]>
  readonly store: () => ProductStore
}

function countingContract(name: string, { take, buy, alsoBought, store }: Shop): void {
  test(`${name}: what was bought together is found both ways, most orders first, by enough orders only`, async () => {
    const [a, b, c, d] = take(4) as [string, string, string, string]
    await buy(a, b)
    await buy(c, a, b)
    await buy(c, a)
    await buy(a, c)
    await buy(d)
    assert.deepEqual(await alsoBought(a), [c, b])
    assert.deepEqual(await alsoBought(b), [a, c])
    assert.deepEqual(await alsoBought(c), [a, b])
    assert.deepEqual(await alsoBought(d), [])
    assert.deepEqual(await alsoBought(a, 3), [c])
    assert.deepEqual(await alsoBought(a, 4), [])
    assert.deepEqual(await alsoBought(a, 1, 1), [c])
  })

  test(`${name}: an order counts once, from its commit until its return, however often either is repeated`, async () => {
    const [a, b] = take(2) as [string, string]
    const { stock } = store()
    const lines = [a, b].map((productId) => ({ productId, quantity: 3 }))
    const id = testId()
    await stock.reserve({ id, lines, nowMs, expiresAtMs: nowMs + 1_000 })
    assert.deepEqual(await alsoBought(a), [])
    await Promise.all([stock.commit(id, nowMs), stock.commit(id, nowMs), stock.commit(id, nowMs)])
    assert.deepEqual([await alsoBought(a), await alsoBought(a, 2)], [[b], []])
    await buy(a, b)
    await Promise.all([stock.returnSold(id, nowMs), stock.returnSold(id, nowMs)])
    assert.deepEqual([await alsoBought(b), await alsoBought(b, 2)], [[a], []])
  })

  test(`${name}: who buys more than ten things at once says nothing of which belong together`, async () => {
    const products = take(11)
    const [a, b] = products as [string, string]
    await buy(...products)
    assert.deepEqual(await alsoBought(a), [])
    await buy(...products.slice(0, 10))
    assert.equal((await alsoBought(a)).length, 9)
    const { stock } = store()
    await stock.returnSold(await buy(...products), nowMs)
    assert.ok((await alsoBought(a)).includes(b))
  })

  test(`${name}: orders of the same products at once, in any order, wait for each other and lose no count`, async () => {
    const [a, b, c] = take(3) as [string, string, string]
    const baskets = [
      [a, b, c],
      [c, b, a],
      [b, a],
      [c, a],
    ]
    // There are ten pieces of each.
    const orders = await Promise.all([...baskets, ...baskets].map((basket) => buy(...basket)))
    assert.deepEqual([await alsoBought(a, 6), await alsoBought(a, 7)], [[b, c].toSorted(), []])
    assert.deepEqual(
      [await alsoBought(b, 4), await alsoBought(c, 4)],
      [
        [a, c],
        [a, b],
      ],
    )
    await Promise.all(orders.map((id) => store().stock.returnSold(id, nowMs)))
    assert.deepEqual([await alsoBought(a), await alsoBought(b), await alsoBought(c)], [[], [], []])
  })
}

function buyableContract(name: string, { take, buy, alsoBought, store }: Shop): void {
  test(`${name}: neither what is sold out nor what is retired is recommended; what comes back is again`, async () => {
    const [a, b, c] = take(3) as [string, string, string]
    const { stock, merchant } = store()
    await buy(a, b, c)
    const id = testId()
    await stock.reserve({ id, lines: [{ productId: b, quantity: 9 }], nowMs, expiresAtMs: nowMs + 1_000 })
    const change = (expectedVersion: number, kind: 'retire' | 'restore') =>
      merchant.change({ merchantId: testId(), productId: c, expectedVersion, change: { kind }, nowMs })
    await change(1, 'retire')
    assert.deepEqual(await alsoBought(a), [])
    await stock.release(id, nowMs)
    await change(2, 'restore')
    assert.deepEqual(await alsoBought(a), [b, c].toSorted())
  })
}

function bestSellerContract(name: string, open: () => Promise<ProductStore>): void {
  test(`${name}: best sellers come by pieces sold, then by popularity; sold out and retired ones do not`, async () => {
    const { products, stock, merchant, recommendations } = await open()
    const [quiet, loved, sold, soldMore, gone, retired] = [10, 90, 1, 1, 99, 98].map((ratingCount) =>
      seedProduct({ ratingCount, ratingTenths: 40, initialStock: 5 }),
    ) as [Seeded, Seeded, Seeded, Seeded, Seeded, Seeded]
    const all = [quiet, loved, sold, soldMore, gone, retired]
    await products.seed(() => ({ categories: testCategories, products: all }))
    const buy = async (productId: string, quantity: number): Promise<string> => {
      const id = testId()
      await stock.reserve({ id, lines: [{ productId, quantity }], nowMs, expiresAtMs: nowMs + 1_000 })
      await stock.commit(id, nowMs)
      return id
    }
    await buy(sold.id, 1)
    await buy(soldMore.id, 3)
    await buy(gone.id, 5)
    const change = { kind: 'retire' } as const
    await merchant.change({ merchantId: testId(), productId: retired.id, expectedVersion: 1, change, nowMs })
    const best = async (limit: number): Promise<readonly string[]> =>
      (await recommendations.bestSellers(limit)).map(({ id }) => id)
    assert.deepEqual(await best(10), [soldMore.id, sold.id, loved.id, quiet.id])
    assert.deepEqual(await best(2), [soldMore.id, sold.id])
    await stock.returnSold(await buy(quiet.id, 4), nowMs)
    assert.deepEqual(await best(10), [soldMore.id, sold.id, loved.id, quiet.id], 'what came back was not sold')
  })
}

type Seeded = ReturnType<typeof seedProduct>
