import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { hasCode } from '@ashlar/kernel'
import { money } from '../shared/money.ts'
import { OutOfStockError } from './errors.ts'
import type { ProductImage } from './image/image.ts'
import { seedProduct, testId } from './product-fixture.test.support.ts'
import { decideChange, type ProductChange, type ProductDraft } from './product-change.ts'
import type { ShelvedProduct } from './product.ts'
import { decideAdjust } from './reservation.ts'

const { initialStock: _, ...product } = seedProduct()
const { name, brand, categorySlug, description, attributes, colour } = product
const drafts: readonly ProductDraft[] = [
  { name, brand, categorySlug, description, attributes: structuredClone(attributes), colour },
  { name, brand, categorySlug, description, attributes: [], colour },
  { name: 'Other', brand: 'Others', categorySlug: 'teapots', description: '', attributes, colour: '#000000' },
]
const prices = [money(100, 'EUR'), money(200, 'EUR')]
const images: readonly (ProductImage | undefined)[] = [
  undefined,
  { hash: 'a'.repeat(64), contentType: 'image/png', content: Buffer.from('a') },
  { hash: 'b'.repeat(64), contentType: 'image/png', content: Buffer.from('b') },
]
const flags = [false, true]

/** Each state that matters to a change, and what a change may make of it. */
const states: readonly ShelvedProduct[] = drafts.flatMap((draft) =>
  prices.flatMap((price) =>
    images.flatMap((image) =>
      flags.map((retired) => Object.assign({}, product, draft, { price, retired, imageHash: image?.hash, version: 7 })),
    ),
  ),
)
const changes: readonly { readonly change: ProductChange; readonly wanted: Partial<ShelvedProduct> }[] = [
  ...drafts.map((draft) => ({ change: { kind: 'edit', draft } as const, wanted: draft })),
  ...prices.map((price) => ({ change: { kind: 'reprice', price } as const, wanted: { price } })),
  ...images.map((image) => ({ change: { kind: 'image', image } as const, wanted: { imageHash: image?.hash } })),
  { change: { kind: 'retire' }, wanted: { retired: true } },
  { change: { kind: 'restore' }, wanted: { retired: false } },
]

test('a change makes what it says and nothing else, one version on; what is so already stays as it is', () => {
  for (const current of states) {
    const before = structuredClone(current)
    for (const { change, wanted } of changes) {
      const next = decideChange(current, { change, expectedVersion: 7 })
      assert.deepEqual({ ...next, version: 7 }, { ...before, ...wanted })
      assert.equal(next.version, isDeepStrictEqual({ ...before, ...wanted }, before) ? 7 : 8)
    }
    assert.deepEqual(current, before, 'decided, not done')
  }
})

test('from another version a change is refused, unless what it wants is so already', () => {
  for (const current of states) {
    for (const { change, wanted } of changes) {
      const isSo = isDeepStrictEqual({ ...current, ...wanted }, current)
      for (const expectedVersion of [1, 6, 8]) {
        const decide = (): ShelvedProduct => decideChange(current, { change, expectedVersion })
        if (isSo) assert.equal(decide(), current)
        else assert.throws(decide, (error) => hasCode(error, 'SHOP_PRODUCT_CHANGED'), JSON.stringify(wanted))
      }
    }
  }
})

test('an adjustment moves what is free and what there ever was by as much, down to nothing, up to what can be counted', () => {
  const level = { productId: testId(), initial: 9, available: 4, reserved: 3, sold: 2, name: 'Mug' }
  for (let delta = -6; delta <= 6; delta++) {
    const decide = () => decideAdjust(level, delta)
    if (delta < -4)
      assert.throws(decide, (error) => error instanceof OutOfStockError && /"Mug" \(4 left/.test(error.message))
    else
      assert.deepEqual(decide(), {
        productId: level.productId,
        initial: 9 + delta,
        available: 4 + delta,
        reserved: 3,
        sold: 2,
      })
  }
  const most = 2 ** 31 - 1
  assert.equal(decideAdjust(level, most - 9).initial, most)
  assert.throws(
    () => decideAdjust(level, most - 8),
    (error) => hasCode(error, 'ASHLAR_INVALID_INPUT'),
  )
})
