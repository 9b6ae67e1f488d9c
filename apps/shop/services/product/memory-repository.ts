import { MemoryStock } from './memory-stock.ts'
import type { Catalogue, CountedCategory, ListedProduct, Product, ProductSearch } from './product.ts'
import type { ProductRepository, ProductStore } from './repository.ts'
import { foldWords, parseSearchQuery, type SearchQuery } from './search-query.ts'
import { isAscending, sortKey } from './sort-key.ts'

/** Everything in maps of this process: for tests, and for running the shop without a database. */
export function memoryProductStore(): ProductStore {
  const stock = new MemoryStock()
  return { products: memoryProducts(stock), stock }
}

function memoryProducts(stock: MemoryStock): ProductRepository {
  let catalogue: Catalogue = { categories: [], products: [] }
  const listed = ({ initialStock: _initial, ...product }: Catalogue['products'][number]): ListedProduct => ({
    ...product,
    categoryName: categoryName(catalogue, product.categorySlug),
    available: stock.available(product.id),
  })
  return {
    async seed(wanted) {
      if (catalogue.products.length > 0) return false
      catalogue = wanted()
      for (const { id, name, initialStock } of catalogue.products) stock.addProduct({ id, name, initial: initialStock })
      return true
    },
    categories: async () =>
      catalogue.categories.map((category) => ({ ...category, productCount: count(catalogue.products, category.slug) })),
    async search(search, { size, after }) {
      const query = parseSearchQuery(search.query)
      const direction = isAscending(search.sort) ? 1 : -1
      const matches = catalogue.products
        .map((product) => ({ product, rank: rankOf(product, categoryName(catalogue, product.categorySlug), query) }))
        .filter(({ product, rank }) => rank !== 0 && passes(product, stock.available(product.id), search))
        .map(({ product, rank }) => ({ product, key: sortKey(product, search.sort, rank) }))
        .sort((a, b) => direction * (a.key - b.key) || (a.product.id < b.product.id ? -1 : 1))
      const inCategory = matches.filter(
        ({ product }) => search.categorySlug === undefined || product.categorySlug === search.categorySlug,
      )
      const rest = inCategory.filter(
        ({ product, key }) =>
          after === undefined || direction * (key - after.key) > 0 || (key === after.key && product.id > after.id),
      )
      const page = rest.slice(0, size)
      const last = page.at(-1)
      return {
        products: page.map(({ product }) => listed(product)),
        end: rest.length > size && last !== undefined ? { key: last.key, id: last.product.id } : undefined,
        totalCount: inCategory.length,
        categories: facets(
          catalogue,
          matches.map(({ product }) => product),
        ),
      }
    },
    async find(ids) {
      const byId = new Map(catalogue.products.map((product) => [product.id, product]))
      return ids.flatMap((id) => byId.get(id) ?? []).map(listed)
    },
  }
}

function passes({ price }: Product, available: number, search: ProductSearch): boolean {
  if (search.inStockOnly && available === 0) return false
  if (search.minPriceMinor !== undefined && price.amountMinor < search.minPriceMinor) return false
  return search.maxPriceMinor === undefined || price.amountMinor <= search.maxPriceMinor
}

/** Undefined without a query, 0 without a match. */
function rankOf(product: Product, category: string, query: SearchQuery): number | undefined {
  if (query.kind === 'everything') return undefined
  if (query.kind === 'nothing') return 0
  const attributes = product.attributes.map(({ value }) => value).join(' ')
  const fields: readonly (readonly [number, readonly string[]])[] = [
    [1, foldWords(product.name)],
    [0.3, foldWords(`${product.brand} ${category} ${product.sku}`)],
    [0.05, foldWords(`${product.description} ${attributes}`)],
  ]
  const weights = query.words.map((word, at) => {
    const unfinished = at === query.words.length - 1
    return fields.find(([, words]) => words.some((other) => isMatch(other, word, unfinished)))?.[0] ?? 0
  })
  return weights.includes(0) ? 0 : weights.reduce((sum, weight) => sum + weight, 0)
}

function isMatch(text: string, word: string, unfinished: boolean): boolean {
  return stem(text) === stem(word) || (unfinished && (text.startsWith(word) || text.startsWith(stem(word))))
}

/** Singular of a plural, roughly. PostgreSQL's stemmer does much more; this much both promise. */
function stem(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (word.length > 4 && /(?:ch|sh|ss|x)es$/.test(word)) return word.slice(0, -2)
  return word.length > 3 && /[^s]s$/.test(word) ? word.slice(0, -1) : word
}

function facets(catalogue: Catalogue, products: readonly Product[]): readonly CountedCategory[] {
  return catalogue.categories
    .map((category) => ({ ...category, productCount: count(products, category.slug) }))
    .filter(({ productCount }) => productCount > 0)
    .sort((a, b) => b.productCount - a.productCount || (a.slug < b.slug ? -1 : 1))
}

function count(products: readonly Product[], slug: string): number {
  return products.filter(({ categorySlug }) => categorySlug === slug).length
}

function categoryName(catalogue: Catalogue, slug: string): string {
  return catalogue.categories.find((category) => category.slug === slug)?.name ?? slug
}
