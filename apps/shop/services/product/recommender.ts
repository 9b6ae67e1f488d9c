import { faultPoint } from '@ashlar/kernel'
import { productNotFound } from './errors.ts'
import type { ListedProduct } from './product.ts'
import type { ProductRepository, RecommendationRepository } from './repository.ts'

export interface Recommended {
  readonly source: 'co-purchase' | 'best-sellers'
  readonly products: readonly ListedProduct[]
}

/** What customers may want besides. */
export interface Recommender {
  /**
   * What was bought together with the product; best sellers where too little is known.
   * @throws {ShopError} SHOP_PRODUCT_NOT_FOUND
   */
  recommend(productId: string, limit: number): Promise<Recommended>
  /** Asks for nothing that `recommend` has to wait for, so that it can stand in for it. */
  bestSellers(limit: number): Promise<readonly ListedProduct[]>
}

/** Once is chance. */
const minOrders = 2

export function createRecommender(options: {
  readonly repository: RecommendationRepository
  readonly products: ProductRepository
}): Recommender {
  const { repository, products } = options
  return {
    async recommend(productId, limit) {
      const fault = faultPoint('product:recommend')
      if (fault !== undefined) await fault
      const alsoBought = await repository.alsoBought(productId, { minOrders, limit })
      if (alsoBought.length > 0) return { source: 'co-purchase', products: alsoBought }
      if ((await products.find([productId])).length === 0) throw productNotFound([productId])
      const best = await repository.bestSellers(limit + 1)
      return { source: 'best-sellers', products: best.filter(({ id }) => id !== productId).slice(0, limit) }
    },
    bestSellers: (limit) => repository.bestSellers(limit),
  }
}
