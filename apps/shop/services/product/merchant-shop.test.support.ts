import { createHash } from 'node:crypto'
import { before } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import { money } from '../shared/money.ts'
import type { ProductImage } from './image/image.ts'
import { seedProduct, testCategories, testId, type SeedProduct } from './product-fixture.test.support.ts'
import type { CreateCommand, ProductChange, ProductDraft } from './product-change.ts'
import type { ListedProduct, ProductSearch } from './product.ts'
import type { ProductStore } from './repository.ts'

export const openedMs = 1_750_000_000_000
export const nowMs = 1_767_225_600_000
export const ann = testId()
export const bob = testId()

export const draft: ProductDraft = {
  name: 'Alder Copper Kettle',
  brand: 'Halden',
  categorySlug: 'teapots',
  description: 'Whistles.\n\nIn G.',
  attributes: [{ name: 'Material', value: 'copper' }],
  colour: '#b87333',
}

export function creation(change: Partial<CreateCommand> = {}): CreateCommand {
  const productId = testId()
  return {
    merchantId: ann,
    idempotencyKey: `key of ${productId}`,
    productId,
    sku: productId.slice(-12).toUpperCase(),
    draft,
    price: money(8_900, 'EUR'),
    initialStock: 12,
    nowMs,
    ...change,
  }
}

export const image = (text: string): ProductImage => ({
  hash: createHash('sha256').update(text).digest('hex'),
  contentType: 'image/png',
  content: Buffer.from(text),
})

export const code = (wanted: string) => (error: unknown) => hasCode(error, wanted)

/** A shop with sixty products, of which each test takes its own. */
export interface MerchantShop {
  readonly store: () => ProductStore
  /** A product that is nobody else's. */
  readonly take: () => SeedProduct
  readonly change: (
    productId: string,
    expectedVersion: number,
    change: ProductChange,
    by?: string,
  ) => Promise<ListedProduct>
  readonly get: (productId: string) => Promise<ListedProduct>
  readonly search: (change: Partial<ProductSearch>) => Promise<readonly string[]>
}

export const anything: ProductSearch = {
  query: '',
  categorySlug: undefined,
  sort: 'relevance',
  inStockOnly: false,
  minPriceMinor: undefined,
  maxPriceMinor: undefined,
  includeRetired: false,
}

/** The shop, once `open` has given a store that is empty. */
export function merchantShop(open: () => Promise<ProductStore>): MerchantShop {
  // Words so unlike each other that search corrects none of them to another.
  const wordOf = (index: number): string => createHash('sha256').update(`${index}`).digest('hex').slice(0, 12)
  const shelf = Array.from({ length: 60 }, (_, index) =>
    seedProduct({ name: `Shelf Mug ${wordOf(index)}`, createdAtMs: openedMs, initialStock: 10 }),
  )
  const unused = [...shelf]
  let store: ProductStore
  before(async () => {
    store = await open()
    await store.products.seed(() => ({ categories: testCategories, products: shelf }))
  })
  return {
    store: () => store,
    take: () => unused.pop() as SeedProduct,
    change: (productId, expectedVersion, change, merchantId = ann) =>
      store.merchant.change({ merchantId, productId, expectedVersion, change, nowMs }),
    get: async (productId) => (await store.products.find([productId]))[0] as ListedProduct,
    search: async (change) =>
      (await store.products.search({ ...anything, ...change }, { size: 100, after: undefined })).products.map(
        ({ id }) => id,
      ),
  }
}
