import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { money } from '../shared/money.ts'
import type { Cursor } from '../shared/page-token.ts'
import type { Catalogue, ListedProduct, ProductSearch, SearchPage, SortOrder } from './product.ts'
import { seedProduct, testCategories, testId } from './product-fixture.test.support.ts'
import type { ProductStore } from './repository.ts'

const price = (amountMinor: number) => ({ price: money(amountMinor, 'EUR') })

const special = {
  kettle: seedProduct({ name: 'Alder Copper Kettle', brand: 'Halden', categorySlug: 'teapots', ...price(8_900) }),
  mug: seedProduct({ name: 'Fjord Mug', description: 'Goes with the copper kettle of the same maker.' }),
  mugs: seedProduct({ name: 'Set of Mugs', brand: 'Brunnhof', initialStock: 0, ...price(500) }),
  beside: seedProduct({
    name: 'Plain Bulb',
    description: 'A page lamp, said side by side, and a lamp page.',
    ratingCount: 9_000,
  }),
  brandOnly: seedProduct({ name: 'Plain Cup', brand: 'Fjordware', ratingCount: 9_000 }),
  lamp: seedProduct({
    name: 'Reading Lamp',
    categorySlug: 'desk-lamps',
    description: 'Throws its light on the page, not on the Crème-coloured wall.',
    attributes: [{ name: 'Shade', value: 'smoked glass' }],
    ...price(12_000),
  }),
}
// Ten products share each price, rating and time, so that only the id tells them apart.
const shelf = Array.from({ length: 60 }, (_, index) =>
  seedProduct({
    name: `Shelf Mug No ${index}`,
    ...price(1_000 + Math.floor(index / 10) * 100),
    ratingTenths: 30 + Math.floor(index / 10),
    createdAtMs: 1_750_000_000_000 + Math.floor(index / 10) * 1_000,
    initialStock: index % 3,
  }),
)
const catalogue: Catalogue = { categories: testCategories, products: [...Object.values(special), ...shelf] }

const anything: ProductSearch = {
  query: '',
  categorySlug: undefined,
  sort: 'relevance',
  inStockOnly: false,
  minPriceMinor: undefined,
  maxPriceMinor: undefined,
  includeRetired: false,
}

/** What every {@link ProductRepository} promises. `open` gives one that is empty. */
export function productContract(name: string, open: () => Promise<ProductStore>): void {
  let store: ProductStore
  before(async () => {
    store = await open()
    await store.products.seed(() => catalogue)
  })
  const search = (change: Partial<ProductSearch>, size = 100, after?: Cursor): Promise<SearchPage> =>
    store.products.search({ ...anything, ...change }, { size, after })
  const names = async (change: Partial<ProductSearch>): Promise<string[]> =>
    (await search(change)).products.map((product) => product.name)

  catalogueContract(name, () => store)
  wordContract(name, names)
  inputContract(name, names, search)
  filterContract(name, names, search)
  pagingContract(name, search, () => store)
}

function catalogueContract(name: string, store: () => ProductStore): void {
  test(`${name}: a shop that has products is not filled again, also by many at once`, async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => store().products.seed(() => catalogue)))
    assert.deepEqual(results, [false, false, false, false, false])
    assert.equal((await store().stock.levels('all')).length, catalogue.products.length)
  })

  test(`${name}: products come back as they were put in, in the order asked for, unknown ones left out`, async () => {
    const { initialStock, ...kettle } = special.kettle
    const found = await store().products.find([special.lamp.id, testId(), special.kettle.id])
    assert.deepEqual(found[1], {
      ...kettle,
      categoryName: 'Teapots',
      available: initialStock,
      version: 1,
      retired: false,
      imageHash: undefined,
    })
    assert.deepEqual(
      found.map(({ id }) => id),
      [special.lamp.id, special.kettle.id],
    )
  })

  test(`${name}: categories come in the order of the catalogue, each with its count`, async () => {
    assert.deepEqual(await store().products.categories(), [
      { slug: 'mugs', name: 'Mugs', productCount: 64 },
      { slug: 'teapots', name: 'Teapots', productCount: 1 },
      { slug: 'desk-lamps', name: 'Desk lamps', productCount: 1 },
    ])
  })
}

type Names = (change: Partial<ProductSearch>) => Promise<string[]>
type Search = (change: Partial<ProductSearch>, size?: number, after?: Cursor) => Promise<SearchPage>

function wordContract(name: string, names: Names): void {
  test(`${name}: every word must be found, in any field and in any order`, async () => {
    assert.deepEqual(await names({ query: 'glass reading' }), ['Reading Lamp'])
    assert.deepEqual(await names({ query: 'halden teapots' }), ['Alder Copper Kettle'])
    assert.deepEqual(await names({ query: 'reading copper' }), [])
  })

  test(`${name}: a match in the name stands above a match in the description, however popular that one is`, async () => {
    assert.deepEqual(await names({ query: 'copper' }), ['Alder Copper Kettle', 'Fjord Mug'])
    assert.deepEqual(await names({ query: 'fjord' }), ['Fjord Mug', 'Plain Cup'])
  })

  test(`${name}: a word in the name counts although the other word is elsewhere`, async () => {
    assert.deepEqual(await names({ query: 'page lamp' }), ['Reading Lamp', 'Plain Bulb'])
  })

  test(`${name}: the last word may be unfinished, earlier ones may not`, async () => {
    assert.deepEqual(await names({ query: 'kettle co' }), ['Alder Copper Kettle', 'Fjord Mug'])
    assert.deepEqual(await names({ query: 'co kettle' }), [])
  })

  test(`${name}: plural and singular find each other`, async () => {
    assert.ok((await names({ query: 'kettles' })).includes('Alder Copper Kettle'))
    assert.ok((await names({ query: 'mug fjord' })).includes('Fjord Mug'))
    assert.ok((await names({ query: 'mug set' })).includes('Set of Mugs'))
  })
}

function inputContract(name: string, names: Names, search: Search): void {
  test(`${name}: capitals and accents make no difference`, async () => {
    assert.deepEqual(await names({ query: 'READING creme' }), ['Reading Lamp'])
    assert.deepEqual(await names({ query: 'Réading' }), ['Reading Lamp'])
  })

  test(`${name}: an article number and small words beside the telling ones do no harm`, async () => {
    assert.deepEqual(await names({ query: special.lamp.sku }), ['Reading Lamp'])
    assert.deepEqual(await names({ query: 'a lamp for the reading' }), ['Reading Lamp'])
  })

  test(`${name}: no match is an empty page, not an error`, async () => {
    assert.deepEqual(await search({ query: 'xylophone' }), {
      products: [],
      end: undefined,
      totalCount: 0,
      categories: [],
    })
  })

  test(`${name}: no input breaks the query`, async () => {
    const weird = [
      `&|!:*()'"\\`,
      `'; drop table product; --`,
      'kettle:*',
      'mug & !mug',
      '\\',
      '%_',
      '\u0000',
      '日本',
      '<->',
    ]
    for (const query of [...weird, `${"'".repeat(50)}kettle`, 'a '.repeat(100), 'x'.repeat(200), '-5', '1e9']) {
      const page = await search({ query })
      assert.equal(page.products.length, Math.min(page.totalCount, 100), query)
    }
    assert.deepEqual(await names({ query: `&|!:*()'"\\` }), [])
    assert.ok((await names({ query: `kettle'"\\:*` })).includes('Alder Copper Kettle'))
  })
}

function filterContract(name: string, names: Names, search: Search): void {
  test(`${name}: filters narrow by category, price bounds inclusive, and stock`, async () => {
    assert.deepEqual(await names({ categorySlug: 'desk-lamps' }), ['Reading Lamp'])
    assert.deepEqual(await names({ categorySlug: 'no-such' }), [])
    assert.deepEqual((await names({ minPriceMinor: 8_900, maxPriceMinor: 12_000 })).sort(), [
      'Alder Copper Kettle',
      'Reading Lamp',
    ])
    assert.ok((await names({ query: 'mugs' })).includes('Set of Mugs'))
    assert.ok(!(await names({ query: 'mugs', inStockOnly: true })).includes('Set of Mugs'))
  })

  test(`${name}: the total counts all pages; category counts say where else there are matches, most first`, async () => {
    const page = await search({ query: 'copper', categorySlug: 'mugs' }, 1)
    assert.equal(page.totalCount, 1)
    assert.deepEqual(page.categories, [
      { slug: 'mugs', name: 'Mugs', productCount: 1 },
      { slug: 'teapots', name: 'Teapots', productCount: 1 },
    ])
    const all = await search({}, 5)
    assert.equal(all.totalCount, 66)
    assert.deepEqual(
      all.categories.map(({ slug, productCount }) => [slug, productCount]),
      [
        ['mugs', 64],
        ['desk-lamps', 1],
        ['teapots', 1],
      ],
    )
  })
}

const orders: Readonly<Record<SortOrder, (product: ListedProduct) => number>> = {
  relevance: ({ ratingTenths, ratingCount }) => -ratingTenths * ratingCount,
  'price-ascending': (product) => product.price.amountMinor,
  'price-descending': (product) => -product.price.amountMinor,
  newest: ({ createdAtMs }) => -createdAtMs,
  rating: ({ ratingTenths }) => -ratingTenths,
}

function pagingContract(name: string, search: Search, store: () => ProductStore): void {
  const visit = async (change: Partial<ProductSearch>, size: number, between?: () => Promise<unknown>) => {
    const visited: ListedProduct[] = []
    let after: Cursor | undefined
    do {
      const page = await search(change, size, after)
      visited.push(...page.products)
      after = page.end
      await between?.()
    } while (after !== undefined)
    return visited
  }

  for (const sort of Object.keys(orders) as SortOrder[]) {
    test(`${name}: pages by ${sort} visit every product exactly once, in order`, async () => {
      const visited = await visit({ sort }, 7)
      assert.equal(new Set(visited.map(({ id }) => id)).size, 66)
      assert.equal(visited.length, 66)
      const keys = visited.map(orders[sort])
      assert.deepEqual(
        keys,
        keys.toSorted((a, b) => a - b),
      )
    })
  }

  test(`${name}: pages by rank visit every match exactly once, while stock changes in between`, async () => {
    const line = { productId: (shelf[2] as { id: string }).id, quantity: 1 }
    const between = () => {
      const command = { id: testId(), lines: [line], nowMs: 1_750_000_000_000, expiresAtMs: 1_750_000_000_001 }
      return store()
        .stock.reserve(command)
        .catch(() => {})
    }
    const visited = await visit({ query: 'shelf mug' }, 7, between)
    assert.equal(visited.length, 60)
    assert.equal(new Set(visited.map(({ id }) => id)).size, 60)
  })

  test(`${name}: a last page that is just full says that it is the last`, async () => {
    const page = await search({ query: 'shelf mug' }, 60)
    assert.equal(page.products.length, 60)
    assert.equal(page.end, undefined)
  })
}
