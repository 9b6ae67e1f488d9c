import { implement, type RpcService } from '@ashlar/rpc'
import { RecommendationService, RecommendationSource } from '../../contracts/gen/shop/product/v1/product_pb.ts'
import { validate, type Checker } from '../shared/validate.ts'
import { toProtoProduct } from './product-message.ts'
import type { Recommended, Recommender } from './recommender.ts'

const defaultLimit = 8

/** Recommendations as the contract has them. */
export function recommendationRpc(recommender: Recommender): RpcService {
  return implement(RecommendationService, {
    async recommend(request) {
      const { productId, limit } = validate((check) => ({
        productId: check.uuid('productId', request.productId),
        limit: checkLimit(check, request.limit),
      }))
      const { source, products } = await recommender.recommend(productId, limit)
      return { source: sources[source], products: products.map(toProtoProduct) }
    },
    async listBestSellers(request) {
      const products = await recommender.bestSellers(validate((check) => checkLimit(check, request.limit)))
      return { products: products.map(toProtoProduct) }
    },
  })
}

const sources: Readonly<Record<Recommended['source'], RecommendationSource>> = {
  'co-purchase': RecommendationSource.CO_PURCHASE,
  'best-sellers': RecommendationSource.BEST_SELLERS,
}

function checkLimit(check: Checker, limit: number): number {
  return limit === 0 ? defaultLimit : check.integer('limit', limit, { min: 1, max: 24 })
}
