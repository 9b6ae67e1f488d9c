import type { HttpResponse } from '@ashlar/http'
import {
  ListCategoriesResponseSchema,
  ProductSchema,
  SearchProductsResponseSchema,
  type GetProductImageResponse,
} from '../contracts/gen/shop/product/v1/product_pb.ts'
import type { Clients } from './clients.ts'
import { answer, open, type Route } from './route.ts'
import { readSearch } from './search-request.ts'

/** The catalogue: for everybody. */
export function productRoutes({ product }: Clients): readonly Route[] {
  return [
    open('GET', '/api/categories', async () => answer(ListCategoriesResponseSchema, await product.listCategories({}))),
    open('GET', '/api/products', async ({ query }) =>
      answer(SearchProductsResponseSchema, await product.searchProducts(readSearch(query))),
    ),
    open('GET', '/api/products/:productId', async ({ params }) =>
      answer(ProductSchema, (await product.getProduct({ productId: params.productId ?? '' })).product),
    ),
    open('GET', '/api/products/:productId/images/:hash', async ({ params }) => {
      const { productId = '', hash = '' } = params
      return imageAnswer(await product.getProductImage({ productId, imageHash: hash }))
    }),
  ]
}

/** A picture is called by its hash, so what has this name never changes. It is shown, and never run as anything else. */
function imageAnswer({ content, contentType }: GetProductImageResponse): HttpResponse {
  return {
    status: 200,
    headers: {
      'content-type': contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    },
    body: content,
  }
}
