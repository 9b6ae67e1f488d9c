import type { Product, SortOrder } from './product.ts'

const keys: Readonly<Record<Exclude<SortOrder, 'relevance'>, (product: Product) => number>> = {
  'price-ascending': ({ price }) => price.amountMinor,
  'price-descending': ({ price }) => price.amountMinor,
  newest: ({ createdAtMs }) => createdAtMs,
  rating: ({ ratingTenths, ratingCount }) => ratingTenths * 1e6 + ratingCount,
}

/**
 * Every order of products is by one whole number, then by id: so a page's end is two values, and no two products tie.
 * The SQL in postgres-products.ts computes the same numbers.
 */
export function sortKey(product: Product, sort: SortOrder, rank: number | undefined): number {
  if (sort !== 'relevance') return keys[sort](product)
  return rank === undefined ? popularity(product) : Math.round(rank * popularityFactor(product) * 1e6)
}

export function isAscending(sort: SortOrder): boolean {
  return sort === 'price-ascending'
}

/** Many good ratings beat few excellent ones. */
function popularity({ ratingTenths, ratingCount }: Product): number {
  return ratingTenths * ratingCount
}

/** From 1 to 1.3: breaks near-ties in rank, and never lifts a mention in the description above a match in the name. */
function popularityFactor({ ratingCount }: Product): number {
  return 1 + (0.3 * ratingCount) / (ratingCount + 100)
}
