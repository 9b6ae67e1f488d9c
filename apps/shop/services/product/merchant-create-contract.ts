import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money } from '../shared/money.ts'
import { bob, code, creation, draft, nowMs, type MerchantShop } from './merchant-shop.test.support.ts'
import { testId } from './product-fixture.test.support.ts'
import type { CreateCommand } from './product-change.ts'

export function createContract(name: string, { store, take, get, search }: MerchantShop): void {
  test(`${name}: a merchant creates a product, which is found and can be bought at once`, async () => {
    const command = creation({ draft: { ...draft, name: 'Quokka Kettle' } })
    const created = await store().merchant.create(command)
    assert.deepEqual(created, {
      id: command.productId,
      sku: command.sku,
      ...command.draft,
      categoryName: 'Teapots',
      price: command.price,
      ratingTenths: 0,
      ratingCount: 0,
      createdAtMs: nowMs,
      version: 1,
      retired: false,
      imageHash: undefined,
      available: 12,
    })
    assert.deepEqual(await get(created.id), created)
    assert.deepEqual(await search({ query: 'quokka' }), [created.id])
    const lines = [{ productId: created.id, quantity: 12 }]
    await store().stock.reserve({ id: testId(), lines, nowMs, expiresAtMs: nowMs + 1 })
    const level = { productId: created.id, initial: 12, available: 0, reserved: 12, sold: 0 }
    assert.deepEqual(await store().stock.levels([created.id]), [level])
  })

  test(`${name}: a creation that is repeated, also many times at once, makes one product and finds it as it has become`, async () => {
    const command = creation()
    const attempts = Array.from({ length: 8 }, () => store().merchant.create({ ...command, productId: testId() }))
    const ids = new Set((await Promise.all(attempts)).map(({ id }) => id))
    assert.equal(ids.size, 1)
    const [id] = [...ids] as [string]
    const change = { kind: 'reprice', price: money(1, 'EUR') } as const
    await store().merchant.change({ merchantId: bob, productId: id, expectedVersion: 1, change, nowMs })
    const again = await store().merchant.create({ ...command, nowMs: nowMs + 60_000 })
    assert.deepEqual([again.id, again.version], [id, 2])
  })

  test(`${name}: a key that was used for something else is refused; other merchants have keys of their own`, async () => {
    const command = creation()
    await store().merchant.create(command)
    const other = { ...command, initialStock: 13 }
    await assert.rejects(store().merchant.create(other), code('SHOP_IDEMPOTENCY_KEY_REUSED'))
    const { merchantId, idempotencyKey, productId } = command
    const adjustment = { merchantId, idempotencyKey, productId, delta: 1 }
    await assert.rejects(store().stock.adjust(adjustment), code('SHOP_IDEMPOTENCY_KEY_REUSED'))
    const bobs = creation({ merchantId: bob, idempotencyKey })
    assert.equal((await store().merchant.create(bobs)).id, bobs.productId)
  })

  test(`${name}: a key that is old enough is forgotten`, async () => {
    const command = creation()
    await store().merchant.create(command)
    assert.equal(await store().merchant.forgetKeys({ olderThanMs: 86_400_000, limit: 1_000 }), 0)
    assert.ok((await store().merchant.forgetKeys({ olderThanMs: -1_000, limit: 1_000 })) > 0)
    const anew = { ...command, productId: testId() }
    await assert.rejects(store().merchant.create(anew), code('SHOP_SKU_TAKEN'))
  })

  test(`${name}: of many who want the same SKU one gets it; the others leave nothing behind, and may try again`, async () => {
    const commands = Array.from({ length: 6 }, () => creation({ sku: 'WANTED-BY-MANY' }))
    const results = await Promise.allSettled(commands.map((command) => store().merchant.create(command)))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    const losers = commands.filter((_, index) => results[index]?.status === 'rejected')
    assert.deepEqual(await store().stock.levels(losers.map(({ productId }) => productId)), [])
    const [loser] = losers as [CreateCommand]
    await assert.rejects(store().merchant.create(loser), code('SHOP_SKU_TAKEN'))
    assert.equal((await store().merchant.create({ ...loser, sku: `${loser.sku}-2` })).id, loser.productId)
    await assert.rejects(store().merchant.create(creation({ sku: take().sku })), code('SHOP_SKU_TAKEN'))
  })

  test(`${name}: a product in a category that does not exist is refused, and leaves its key free`, async () => {
    const command = creation({ draft: { ...draft, categorySlug: 'no-such' } })
    await assert.rejects(store().merchant.create(command), code('ASHLAR_INVALID_INPUT'))
    assert.equal((await store().merchant.create({ ...command, draft })).id, command.productId)
  })
}
