import {
  ListCategoriesResponseSchema,
  ProductSchema,
  SearchProductsResponseSchema,
  SortOrder,
} from '../contracts/gen/shop/product/v1/product_pb.ts'
import type { Clients } from './clients.ts'
import { readQuery } from './query.ts'
import { answer, open, type Route } from './route.ts'

const sortOrders = {
  popular: SortOrder.UNSPECIFIED,
  price: SortOrder.PRICE_ASCENDING,
  '-price': SortOrder.PRICE_DESCENDING,
  newest: SortOrder.NEWEST,
  rating: SortOrder.RATING,
}

/** The catalogue: for everybody. */
export function productRoutes({ product }: Clients): readonly Route[] {
  return [
    open('GET', '/api/categories', async () => answer(ListCategoriesResponseSchema, await product.listCategories({}))),
    open('GET', '/api/products', async ({ query }) => {
      const request = readQuery(query, (read) => ({
        query: read.text('query'),
        categorySlug: read.text('category'),
        sort: read.choice<SortOrder>('sort', sortOrders, SortOrder.UNSPECIFIED),
        pageSize: read.integer('pageSize'),
        pageToken: read.text('pageToken'),
        inStockOnly: read.boolean('inStock'),
        minPriceMinor: read.integer('minPrice'),
        maxPriceMinor: read.integer('maxPrice'),
      }))
      return answer(SearchProductsResponseSchema, await product.searchProducts(request))
    }),
    open('GET', '/api/products/:productId', async ({ params }) =>
      answer(ProductSchema, (await product.getProduct({ productId: params.productId ?? '' })).product),
    ),
  ]
}
