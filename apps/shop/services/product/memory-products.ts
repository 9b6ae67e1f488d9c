import type { MemoryCatalogue } from './memory-catalogue.ts'
import type { MemoryStock } from './memory-stock.ts'
import type { CountedCategory, ListedProduct, Product, ProductSearch, ShelvedProduct } from './product.ts'
import type { ProductRepository } from './repository.ts'
import { foldWords, parseSearchQuery, type SearchQuery } from './search-query.ts'
import { isAscending, sortKey } from './sort-key.ts'

export function memoryProducts(catalogue: MemoryCatalogue, stock: MemoryStock): ProductRepository {
  const listed = (product: ShelvedProduct): ListedProduct => listedProduct(catalogue, stock, product)
  return {
    async seed(wanted) {
      if (catalogue.products.size > 0) return false
      const { categories, products } = wanted()
      catalogue.categories = categories
      for (const { initialStock, ...product } of products) {
        catalogue.products.set(product.id, { ...product, version: 1, retired: false, imageHash: undefined })
        catalogue.prices.set(product.id, [{ price: product.price, atMs: product.createdAtMs, merchantId: undefined }])
        stock.addProduct(product.id, initialStock)
      }
      return true
    },
    categories: async () => countedCategories(catalogue, onSale(catalogue)),
    async search(search, { size, after }) {
      const query = parseSearchQuery(search.query)
      const direction = isAscending(search.sort) ? 1 : -1
      const matches = (search.includeRetired ? [...catalogue.products.values()] : onSale(catalogue))
        .map(listed)
        .map((product) => ({ product, rank: rankOf(product, query) }))
        .filter(({ product, rank }) => rank !== 0 && passes(product, search))
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
        products: page.map(({ product }) => product),
        end: rest.length > size && last !== undefined ? { key: last.key, id: last.product.id } : undefined,
        totalCount: inCategory.length,
        categories: countedCategories(
          catalogue,
          matches.map(({ product }) => product),
        )
          .filter(({ productCount }) => productCount > 0)
          .sort((a, b) => b.productCount - a.productCount || (a.slug < b.slug ? -1 : 1)),
      }
    },
    find: async (ids) => ids.flatMap((id) => catalogue.products.get(id) ?? []).map(listed),
    async image(productId, hash) {
      const image = catalogue.images.get(productId)
      return image?.hash === hash ? image : undefined
    },
  }
}

export function listedProduct(catalogue: MemoryCatalogue, stock: MemoryStock, product: ShelvedProduct): ListedProduct {
  return {
    ...product,
    categoryName: catalogue.categoryName(product.categorySlug) ?? product.categorySlug,
    available: product.retired ? 0 : stock.available(product.id),
  }
}

function onSale(catalogue: MemoryCatalogue): readonly ShelvedProduct[] {
  return [...catalogue.products.values()].filter(({ retired }) => !retired)
}

function passes({ price, available }: ListedProduct, search: ProductSearch): boolean {
  if (search.inStockOnly && available === 0) return false
  if (search.minPriceMinor !== undefined && price.amountMinor < search.minPriceMinor) return false
  return search.maxPriceMinor === undefined || price.amountMinor <= search.maxPriceMinor
}

/** Undefined without a query, 0 without a match. */
function rankOf(product: ListedProduct, query: SearchQuery): number | undefined {
  if (query.kind === 'everything') return undefined
  if (query.kind === 'nothing') return 0
  const attributes = product.attributes.map(({ value }) => value).join(' ')
  const fields: readonly (readonly [number, readonly string[]])[] = [
    [1, foldWords(product.name)],
    [0.3, foldWords(`${product.brand} ${product.categoryName} ${product.sku}`)],
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

function countedCategories(catalogue: MemoryCatalogue, products: readonly Product[]): CountedCategory[] {
  return catalogue.categories.map(({ slug, name }) => ({
    slug,
    name,
    productCount: products.filter(({ categorySlug }) => categorySlug === slug).length,
  }))
}
