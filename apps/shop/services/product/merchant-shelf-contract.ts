import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProductImage } from './image/image.ts'
import { ann, anything, bob, code, image, nowMs, type MerchantShop } from './merchant-shop.test.support.ts'
import { testId } from './product-fixture.test.support.ts'

export function retireContract(name: string, { store, take, change, get, search }: MerchantShop): void {
  const countOfMugs = async (): Promise<number> =>
    (await store().products.categories()).find(({ slug }) => slug === 'mugs')?.productCount ?? 0

  test(`${name}: a merchant retires a product: nobody finds or counts it, orders still show it, merchants still list it`, async () => {
    const { id, name: sold } = take()
    const before = await countOfMugs()
    const retired = await change(id, 1, { kind: 'retire' })
    assert.deepEqual([retired.retired, retired.version, retired.available], [true, 2, 0])
    assert.deepEqual(await get(id), retired)
    assert.equal(await countOfMugs(), before - 1)
    assert.deepEqual(await search({ query: sold }), [])
    assert.ok(!(await search({})).includes(id))
    assert.deepEqual(await search({ query: sold, includeRetired: true }), [id])
    assert.deepEqual(await search({ query: sold, includeRetired: true, inStockOnly: true }), [])
    const counted = await store().products.search(
      { ...anything, query: sold, includeRetired: true },
      { size: 1, after: undefined },
    )
    assert.deepEqual([counted.totalCount, counted.categories[0]?.productCount], [1, 1])
  })

  test(`${name}: of a retired product nothing is reserved any more, but what is reserved may still be bought or given back`, async () => {
    const { id, name: sold } = take()
    const reservation = (quantity: number) => ({
      id: testId(),
      lines: [{ productId: id, quantity }],
      nowMs,
      expiresAtMs: nowMs + 1_000,
    })
    const [bought, left] = [reservation(3), reservation(2)]
    await store().stock.reserve(bought)
    await store().stock.reserve(left)
    await change(id, 1, { kind: 'retire' })
    await assert.rejects(
      store().stock.reserve(reservation(1)),
      (error) => code('SHOP_PRODUCT_RETIRED')(error) && String(error).includes(`"${sold}"`),
    )
    assert.equal((await store().stock.reserve(bought)).state, 'held', 'a repeat is answered as before')
    assert.equal(await store().stock.commit(bought.id, nowMs), 'committed')
    assert.equal(await store().stock.release(left.id, nowMs), 'released')
    await assert.rejects(store().stock.reserve(left), code('SHOP_RESERVATION_GONE'), 'what was given back stays back')
    const level = { productId: id, initial: 10, available: 7, reserved: 0, sold: 3 }
    assert.deepEqual(await store().stock.levels([id]), [level])
  })

  test(`${name}: a merchant puts a retired product back: it is found, counted and sold again`, async () => {
    const { id, name: sold } = take()
    const before = await countOfMugs()
    await change(id, 1, { kind: 'retire' })
    const restored = await change(id, 2, { kind: 'restore' })
    assert.deepEqual([restored.retired, restored.version, restored.available], [false, 3, 10])
    assert.equal(await countOfMugs(), before)
    assert.deepEqual(await search({ query: sold, inStockOnly: true }), [id])
    const lines = [{ productId: id, quantity: 1 }]
    await store().stock.reserve({ id: testId(), lines, nowMs, expiresAtMs: nowMs + 1 })
  })
}

export function imageContract(name: string, { store, take, change, get }: MerchantShop): void {
  test(`${name}: a merchant gives a product a picture, replaces it, and takes it away; each time the old one is gone`, async () => {
    const { id } = take()
    const [first, second] = [image('first'), image('second')]
    const load = async ({ hash }: ProductImage): Promise<string | undefined> => {
      const found = await store().products.image(id, hash)
      return found && `${found.contentType} ${Buffer.from(found.content).toString()}`
    }
    assert.equal(await load(first), undefined)
    assert.equal((await change(id, 1, { kind: 'image', image: first })).imageHash, first.hash)
    assert.equal(await load(first), 'image/png first')
    assert.equal(await store().products.image(take().id, first.hash), undefined, 'nor is it another product’s')
    const replaced = await change(id, 2, { kind: 'image', image: second })
    assert.deepEqual([replaced.imageHash, replaced.version], [second.hash, 3])
    assert.deepEqual([await load(first), await load(second)], [undefined, 'image/png second'])
    assert.equal((await change(id, 3, { kind: 'image', image: undefined })).imageHash, undefined)
    assert.deepEqual([await load(second), (await get(id)).imageHash], [undefined, undefined])
  })

  test(`${name}: a picture that lost to another change is not kept`, async () => {
    const { id } = take()
    await change(id, 1, { kind: 'image', image: image('mine') })
    await assert.rejects(change(id, 1, { kind: 'image', image: image('late') }, bob), code('SHOP_PRODUCT_CHANGED'))
    assert.equal((await get(id)).imageHash, image('mine').hash)
    assert.equal(await store().products.image(id, image('late').hash), undefined)
  })
}

export function stockContract(name: string, { store, take, get }: MerchantShop): void {
  const adjust = (productId: string, delta: number, idempotencyKey: string = testId()) =>
    store().stock.adjust({ merchantId: ann, idempotencyKey, productId, delta })

  test(`${name}: a merchant adds stock and takes some out; what is reserved stays; the version does not change`, async () => {
    const { id } = take()
    await store().stock.reserve({
      id: testId(),
      lines: [{ productId: id, quantity: 4 }],
      nowMs,
      expiresAtMs: nowMs + 1,
    })
    const level = (initial: number, available: number) => ({ productId: id, initial, available, reserved: 4, sold: 0 })
    assert.deepEqual(await adjust(id, 5), level(15, 11))
    assert.deepEqual(await adjust(id, -11), level(4, 0))
    await assert.rejects(
      adjust(id, -1),
      (error) => code('SHOP_OUT_OF_STOCK')(error) && /0 left, 1 asked/.test(String(error)),
    )
    assert.deepEqual(await store().stock.levels([id]), [level(4, 0)])
    assert.deepEqual([(await get(id)).version, (await get(id)).available], [1, 0])
    await assert.rejects(adjust(testId(), 1), code('SHOP_PRODUCT_NOT_FOUND'))
  })

  test(`${name}: an adjustment that is repeated, also many times at once, is made once and answered the same`, async () => {
    const { id } = take()
    const key = testId()
    const answers = await Promise.all(Array.from({ length: 10 }, () => adjust(id, 5, key)))
    await adjust(id, 1)
    answers.push(await adjust(id, 5, key))
    for (const answer of answers)
      assert.deepEqual(answer, { productId: id, initial: 15, available: 15, reserved: 0, sold: 0 })
    assert.equal((await store().stock.levels([id]))[0]?.initial, 16)
    await assert.rejects(adjust(id, 6, key), code('SHOP_IDEMPOTENCY_KEY_REUSED'))
  })

  test(`${name}: stock is adjusted while it is bought: no piece is invented, lost or sold twice`, async () => {
    const { id } = take()
    const sell = async (): Promise<number> => {
      const command = { id: testId(), lines: [{ productId: id, quantity: 1 }], nowMs, expiresAtMs: nowMs + 1 }
      await store().stock.reserve(command)
      await store().stock.commit(command.id, nowMs)
      return 0
    }
    const move = async (delta: number): Promise<number> => {
      await adjust(id, delta)
      return delta
    }
    const work = Array.from({ length: 36 }, (_, index) => (index % 3 === 0 ? move(index % 2 === 0 ? 2 : -3) : sell()))
    const results = await Promise.allSettled(work)
    let moved = 0
    let sales = 0
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected') assert.ok(code('SHOP_OUT_OF_STOCK')(result.reason), String(result.reason))
      else if (index % 3 === 0) moved += result.value
      else sales++
    }
    const expected = { productId: id, initial: 10 + moved, available: 10 + moved - sales, reserved: 0, sold: sales }
    assert.deepEqual(await store().stock.levels([id]), [expected])
  })
}
