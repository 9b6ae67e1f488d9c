import type { MessageInitShape } from '@bufbuild/protobuf'
import { SortOrder, type SearchProductsRequestSchema } from '../contracts/gen/shop/product/v1/product_pb.ts'
import { readQuery } from './query.ts'

const sortOrders = {
  popular: SortOrder.UNSPECIFIED,
  price: SortOrder.PRICE_ASCENDING,
  '-price': SortOrder.PRICE_DESCENDING,
  newest: SortOrder.NEWEST,
  rating: SortOrder.RATING,
}

/**
 * What to search for, by the query parameters: the same for customers and for merchants, but for what is retired.
 * @throws {InvalidInputError} naming every parameter that does not fit.
 */
export function readSearch(query: URLSearchParams): MessageInitShape<typeof SearchProductsRequestSchema> {
  return readQuery(query, (read) => ({
    query: read.text('query'),
    categorySlug: read.text('category'),
    sort: read.choice<SortOrder>('sort', sortOrders, SortOrder.UNSPECIFIED),
    pageSize: read.integer('pageSize'),
    pageToken: read.text('pageToken'),
    inStockOnly: read.boolean('inStock'),
    minPriceMinor: read.integer('minPrice'),
    maxPriceMinor: read.integer('maxPrice'),
  }))
}
