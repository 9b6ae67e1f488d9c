import {
  AdjustStockRequestSchema,
  CreateProductRequestSchema,
  EditProductRequestSchema,
  GetStockResponseSchema,
  ListPriceChangesResponseSchema,
  ProductSchema,
  RepriceProductRequestSchema,
  RestoreProductRequestSchema,
  RetireProductRequestSchema,
  SearchProductsResponseSchema,
  StockLevelSchema,
} from '../contracts/gen/shop/product/v1/product_pb.ts'
import { refusal } from '../services/shared/shop-errors.ts'
import type { Clients } from './clients.ts'
import { requiredIdempotencyKey } from './idempotency-key.ts'
import { readQuery } from './query.ts'
import { answer, merchant, readBody, type Route, type UserRequest } from './route.ts'
import { readSearch } from './search-request.ts'

/** Largest picture, in bytes. What is larger is not read to its end. */
const maxImageBytes = 1_048_576

/** The catalogue and its stock: for the shop's staff. */
export function merchantProductRoutes(clients: Clients): readonly Route[] {
  return [...catalogueRoutes(clients), ...changeRoutes(clients), ...imageRoutes(clients), ...stockRoutes(clients)]
}

function catalogueRoutes({ product, merchant: merchants }: Clients): readonly Route[] {
  return [
    // As customers search, and what is retired besides.
    merchant('GET', '/api/merchant/products', async ({ query }) => {
      const search = { ...readSearch(query), includeRetired: true }
      return answer(SearchProductsResponseSchema, await product.searchProducts(search))
    }),
    merchant('POST', '/api/merchant/products', async (request) => {
      const body = await readBody(CreateProductRequestSchema, request)
      body.merchantId = request.principal.subject
      body.idempotencyKey = requiredIdempotencyKey(request)
      const created = (await merchants.createProduct(body)).product
      return answer(ProductSchema, created, {
        status: 201,
        headers: { location: `/api/products/${created?.id ?? ''}` },
      })
    }),
    merchant('GET', '/api/merchant/products/:productId/prices', async ({ params }) =>
      answer(ListPriceChangesResponseSchema, await merchants.listPriceChanges({ productId: params.productId ?? '' })),
    ),
  ]
}

// None needs an idempotency key: each says what shall be, so a repeat finds that it is so already.
function changeRoutes({ merchant: merchants }: Clients): readonly Route[] {
  return [
    merchant('PUT', '/api/merchant/products/:productId', async (request) => {
      const body = Object.assign(await readBody(EditProductRequestSchema, request), targetOf(request))
      return answer(ProductSchema, (await merchants.editProduct(body)).product)
    }),
    merchant('PUT', '/api/merchant/products/:productId/price', async (request) => {
      const body = Object.assign(await readBody(RepriceProductRequestSchema, request), targetOf(request))
      return answer(ProductSchema, (await merchants.repriceProduct(body)).product)
    }),
    merchant('POST', '/api/merchant/products/:productId/retire', async (request) => {
      const body = Object.assign(await readBody(RetireProductRequestSchema, request), targetOf(request))
      return answer(ProductSchema, (await merchants.retireProduct(body)).product)
    }),
    merchant('POST', '/api/merchant/products/:productId/restore', async (request) => {
      const body = Object.assign(await readBody(RestoreProductRequestSchema, request), targetOf(request))
      return answer(ProductSchema, (await merchants.restoreProduct(body)).product)
    }),
  ]
}

// The body is the file itself. Whatever type it is declared to have, the service looks at what it is.
function imageRoutes({ merchant: merchants }: Clients): readonly Route[] {
  const set = async (request: UserRequest, content: Uint8Array) => {
    const expectedVersion = readQuery(request.query, (read) => read.integer('expectedVersion'))
    const { product } = await merchants.setProductImage({ ...targetOf(request), expectedVersion, content })
    return answer(ProductSchema, product)
  }
  return [
    merchant('PUT', '/api/merchant/products/:productId/image', async (request) => {
      const content = await request.http.body(maxImageBytes)
      // To the service no bytes mean no picture, which must be asked for with DELETE.
      if (content.length === 0) throw refusal('SHOP_IMAGE_INVALID', 'the body is empty; send the bytes of a picture')
      return set(request, content)
    }),
    merchant('DELETE', '/api/merchant/products/:productId/image', (request) => set(request, new Uint8Array())),
  ]
}

function stockRoutes({ merchant: merchants, stock }: Clients): readonly Route[] {
  return [
    merchant('POST', '/api/merchant/products/:productId/stock', async (request) => {
      const body = Object.assign(await readBody(AdjustStockRequestSchema, request), targetOf(request))
      body.idempotencyKey = requiredIdempotencyKey(request)
      return answer(StockLevelSchema, (await merchants.adjustStock(body)).level)
    }),
    // `ids` may be given several times, with several ids in each, separated by commas; without any, all there is.
    merchant('GET', '/api/merchant/stock', async ({ query }) => {
      const productIds = query.getAll('ids').flatMap((ids) => ids.split(',').filter((id) => id !== ''))
      return answer(GetStockResponseSchema, await stock.getStock({ productIds }))
    }),
  ]
}

/** Who changes what, by the token and the path, whatever the body says. */
function targetOf({ principal, params }: UserRequest): { merchantId: string; productId: string } {
  return { merchantId: principal.subject, productId: params.productId ?? '' }
}
