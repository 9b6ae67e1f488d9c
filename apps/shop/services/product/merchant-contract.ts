import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money } from '../shared/money.ts'
import { createContract } from './merchant-create-contract.ts'
import { imageContract, retireContract, stockContract } from './merchant-shelf-contract.ts'
import {
  ann,
  bob,
  code,
  creation,
  draft,
  image,
  merchantShop,
  nowMs,
  openedMs,
  type MerchantShop,
} from './merchant-shop.test.support.ts'
import { testId } from './product-fixture.test.support.ts'
import type { ProductChange } from './product-change.ts'
import type { ProductStore } from './repository.ts'

/** What every {@link MerchantRepository} promises, also to customers. `open` gives one that is empty. */
export function merchantContract(name: string, open: () => Promise<ProductStore>): void {
  const shop = merchantShop(open)
  createContract(name, shop)
  changeContract(name, shop)
  raceContract(name, shop)
  priceContract(name, shop)
  retireContract(name, shop)
  imageContract(name, shop)
  stockContract(name, shop)
}

function changeContract(name: string, { store, take, change, get, search }: MerchantShop): void {
  test(`${name}: a merchant edits a product: it says what the draft says, and is found by that`, async () => {
    const { id, initialStock, ...seeded } = take()
    const edited = await change(id, 1, { kind: 'edit', draft: { ...draft, name: 'Numbat Kettle' } })
    const made = { categoryName: 'Teapots', version: 2, retired: false, imageHash: undefined, available: initialStock }
    assert.deepEqual(edited, { id, ...seeded, ...draft, name: 'Numbat Kettle', ...made })
    assert.deepEqual(await get(id), edited)
    assert.deepEqual(await search({ query: 'numbat' }), [id])
    assert.deepEqual(await search({ query: seeded.name }), [])
    const short = { id: testId(), lines: [{ productId: id, quantity: 11 }], nowMs, expiresAtMs: nowMs + 1 }
    await assert.rejects(store().stock.reserve(short), /"Numbat Kettle" \(10 left, 11 asked for\)/)
  })

  test(`${name}: a change that is repeated is answered with what it made, and counts once`, async () => {
    const { id } = take()
    const changes: readonly ProductChange[] = [
      { kind: 'edit', draft },
      { kind: 'reprice', price: money(4_200, 'EUR') },
      { kind: 'image', image: image('once') },
      { kind: 'retire' },
      { kind: 'restore' },
    ]
    for (const [index, wanted] of changes.entries()) {
      const first = await change(id, index + 1, wanted)
      assert.equal(first.version, index + 2, wanted.kind)
      assert.deepEqual(await change(id, index + 1, wanted), first, wanted.kind)
    }
    assert.equal((await store().merchant.priceChanges(id, 100)).length, 2)
  })

  test(`${name}: a change of an unknown product, or to an unknown category, is refused`, async () => {
    const { id } = take()
    await assert.rejects(change(testId(), 1, { kind: 'retire' }), code('SHOP_PRODUCT_NOT_FOUND'))
    const lost = { kind: 'edit', draft: { ...draft, categorySlug: 'no-such' } } as const
    await assert.rejects(change(id, 1, lost), code('ASHLAR_INVALID_INPUT'))
    assert.equal((await get(id)).version, 1)
  })
}

function raceContract(name: string, { store, take, change, get }: MerchantShop): void {
  test(`${name}: a change made from an old version is refused, and says which one there is now`, async () => {
    const { id } = take()
    await change(id, 1, { kind: 'reprice', price: money(100, 'EUR') })
    const stale = change(id, 1, { kind: 'reprice', price: money(200, 'EUR') }, bob)
    await assert.rejects(
      stale,
      (error) => code('SHOP_PRODUCT_CHANGED')(error) && /at version 2, not 1/.test(String(error)),
    )
    assert.equal((await get(id)).price.amountMinor, 100)
  })

  test(`${name}: two merchants change the same product at once: one wins, the other is told, nothing is mixed`, async () => {
    for (let round = 0; round < 8; round++) {
      const { id } = take()
      const rivals: readonly [string, ProductChange][] = [
        [ann, { kind: 'edit', draft }],
        [bob, { kind: 'reprice', price: money(777, 'EUR') }],
        [ann, { kind: 'image', image: image(`${round}`) }],
        [bob, { kind: 'retire' }],
      ]
      const results = await Promise.allSettled(rivals.map(([by, wanted]) => change(id, 1, wanted, by)))
      const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      assert.equal(won.length, 1)
      for (const result of results) {
        if (result.status === 'rejected') assert.ok(code('SHOP_PRODUCT_CHANGED')(result.reason), String(result.reason))
      }
      assert.deepEqual(await get(id), won[0])
      assert.equal(won[0]?.version, 2)
    }
  })

  test(`${name}: changes and purchases of one product at once neither wait for each other for ever nor lose a piece`, async () => {
    const { id } = take()
    const buy = async (): Promise<void> => {
      const command = { id: testId(), lines: [{ productId: id, quantity: 1 }], nowMs, expiresAtMs: nowMs + 1 }
      await store().stock.reserve(command)
      await store().stock.commit(command.id, nowMs)
    }
    const reprice = async (by: string): Promise<void> => {
      const { version } = await get(id)
      await change(id, version, { kind: 'reprice', price: money(1_000 + version, 'EUR') }, by)
    }
    const work = Array.from({ length: 24 }, (_, index) =>
      index % 3 === 0 ? reprice(index % 2 === 0 ? ann : bob) : buy(),
    )
    const results = await Promise.allSettled(work)
    for (const result of results) {
      if (result.status === 'rejected') {
        assert.ok(['SHOP_OUT_OF_STOCK', 'SHOP_PRODUCT_CHANGED'].some((wanted) => code(wanted)(result.reason)))
      }
    }
    const level = { productId: id, initial: 10, available: 0, reserved: 0, sold: 10 }
    assert.deepEqual(await store().stock.levels([id]), [level])
    const { version } = await get(id)
    assert.equal((await store().merchant.priceChanges(id, 100)).length, version)
  })
}

function priceContract(name: string, { store, take, change, search }: MerchantShop): void {
  test(`${name}: a merchant reprices a product: it costs that from now on, and what it cost before is kept`, async () => {
    const { id, price } = take()
    await change(id, 1, { kind: 'edit', draft: { ...draft, name: 'Bilby Kettle' } })
    await change(id, 2, { kind: 'reprice', price: money(123_456, 'EUR') })
    await change(id, 3, { kind: 'reprice', price }, bob)
    const changes = await store().merchant.priceChanges(id, 100)
    assert.deepEqual(changes, [
      { price, atMs: nowMs, merchantId: bob },
      { price: money(123_456, 'EUR'), atMs: nowMs, merchantId: ann },
      { price, atMs: openedMs, merchantId: undefined },
    ])
    assert.deepEqual(await store().merchant.priceChanges(id, 1), [changes[0]])
    assert.deepEqual(await search({ query: 'bilby', minPriceMinor: price.amountMinor + 1 }), [])
    assert.deepEqual(await search({ query: 'bilby', minPriceMinor: price.amountMinor }), [id])
  })

  test(`${name}: the price that a product was created with is the first that it had; an unknown one had none`, async () => {
    const { id, price } = await store().merchant.create(creation({ merchantId: bob }))
    assert.deepEqual(await store().merchant.priceChanges(id, 100), [{ price, atMs: nowMs, merchantId: bob }])
    assert.deepEqual(await store().merchant.priceChanges(testId(), 100), [])
  })
}
