import { implement, type RpcService } from '@ashlar/rpc'
import {
  ProductService,
  SortOrder as ProtoSortOrder,
  type SearchProductsRequest,
} from '../../contracts/gen/shop/product/v1/product_pb.ts'
import { decodePageToken, encodePageToken } from '../shared/page-token.ts'
import { requireMerchant } from '../shared/roles.ts'
import { characterCount, validate, type Checker } from '../shared/validate.ts'
import { imageNotFound, productNotFound } from './errors.ts'
import { toProtoProduct } from './product-message.ts'
import type { ProductSearch, SortOrder } from './product.ts'
import type { ProductRepository } from './repository.ts'

const defaultPageSize = 24

/** The catalogue as the contract has it. */
export function productRpc(products: ProductRepository): RpcService {
  return implement(ProductService, {
    async listCategories() {
      return { categories: [...(await products.categories())] }
    },
    async searchProducts(request, call) {
      if (request.includeRetired) requireMerchant(call)
      const { search, size } = validate((check) => checkSearch(check, request))
      // A token belongs to its search: with other words or filters its place would mean something else.
      const scope = JSON.stringify(Object.values(search))
      const page = await products.search(search, { size, after: decodePageToken(scope, request.pageToken) })
      return {
        products: page.products.map(toProtoProduct),
        nextPageToken: page.end === undefined ? '' : encodePageToken(scope, page.end),
        totalCount: page.totalCount,
        categories: [...page.categories],
      }
    },
    async getProduct({ productId }) {
      const id = validate((check) => check.uuid('productId', productId))
      const [product] = await products.find([id])
      if (product === undefined) throw productNotFound([id])
      return { product: toProtoProduct(product) }
    },
    async getProducts({ productIds }) {
      const ids = validate((check) => {
        if (productIds.length > 100) check.issue('productIds', `must be at most 100, got ${productIds.length}`)
        return productIds.slice(0, 100).map((id, index) => check.uuid(`productIds[${index}]`, id))
      })
      return { products: (await products.find(ids)).map(toProtoProduct) }
    },
    async getProductImage({ productId, imageHash }) {
      const id = validate((check) => check.uuid('productId', productId))
      // Any other hash is nobody's.
      const image = /^[0-9a-f]{64}$/.test(imageHash) ? await products.image(id, imageHash) : undefined
      if (image === undefined) throw imageNotFound()
      return { content: image.content, contentType: image.contentType }
    },
  })
}

const maxPrice = 2 ** 31 - 1

function checkSearch(check: Checker, request: SearchProductsRequest): { search: ProductSearch; size: number } {
  const { query, categorySlug, pageSize, minPriceMinor, maxPriceMinor } = request
  if (characterCount(query) > 200) check.issue('query', 'must be at most 200 characters')
  if (!/^[a-z0-9-]{0,60}$/.test(categorySlug)) {
    check.issue('categorySlug', 'must be lower-case letters, digits and hyphens')
  }
  check.integer('minPriceMinor', minPriceMinor, { min: 0, max: maxPrice })
  check.integer('maxPriceMinor', maxPriceMinor, { min: 0, max: maxPrice })
  if (maxPriceMinor > 0 && minPriceMinor > maxPriceMinor) check.issue('minPriceMinor', 'must not exceed maxPriceMinor')
  return {
    search: {
      query,
      categorySlug: categorySlug === '' ? undefined : categorySlug,
      sort: checkSort(check, request.sort),
      inStockOnly: request.inStockOnly,
      minPriceMinor: minPriceMinor === 0 ? undefined : minPriceMinor,
      maxPriceMinor: maxPriceMinor === 0 ? undefined : maxPriceMinor,
      includeRetired: request.includeRetired,
    },
    size: pageSize === 0 ? defaultPageSize : check.integer('pageSize', pageSize, { min: 1, max: 60 }),
  }
}

const sorts: readonly (readonly [ProtoSortOrder, SortOrder])[] = [
  [ProtoSortOrder.UNSPECIFIED, 'relevance'],
  [ProtoSortOrder.PRICE_ASCENDING, 'price-ascending'],
  [ProtoSortOrder.PRICE_DESCENDING, 'price-descending'],
  [ProtoSortOrder.NEWEST, 'newest'],
  [ProtoSortOrder.RATING, 'rating'],
]

function checkSort(check: Checker, wire: ProtoSortOrder): SortOrder {
  const sort = sorts.find(([value]) => value === wire)?.[1]
  if (sort === undefined) check.issue('sort', `is not a sort order: ${wire}`)
  return sort ?? 'relevance'
}
