import { codeOf } from '@ashlar/kernel'
import { Bulkhead, isDegraded, policy, type OperablePolicy, type ResiliencePolicy } from '@ashlar/resilience'
import type { Client } from '@ashlar/rpc'
import {
  RecommendationSource,
  type Product,
  type Recommendations as Answer,
  type RecommendationService,
} from '../contracts/gen/shop/product/v1/product_pb.ts'
import { BestSellers, type BestSellersAnswer, type BestSellersOptions } from './best-sellers.ts'
import { isTemporary } from './is-temporary.ts'

export interface RecommendationsOptions extends BestSellersOptions {
  readonly client: Client<typeof RecommendationService>
}

type Shown = Omit<Answer, '$typeName' | '$unknown'>

/**
 * What else a customer may like. Nobody waits long for it: while recommendations fail, are slow or too many at once, best
 * sellers stand in for them, and the answer says so.
 *
 * Source: the catalogue's 3.5.4.4. Differs: the first choice has a time limit and a breaker, only what would pass is made
 * up for, the second choice is in memory, the answer is marked, and when both fail the first error is the one told.
 */
export class Recommendations {
  readonly policies: readonly OperablePolicy[]
  readonly #client: RecommendationsOptions['client']
  readonly #bestSellers: BestSellers
  readonly #policy: ResiliencePolicy<BestSellersAnswer>

  constructor(options: RecommendationsOptions) {
    const { client, clock, random } = options
    this.#client = client
    this.#bestSellers = new BestSellers(options)
    this.#policy = policy('recommendations', {
      // Nobody queues for what may be left out.
      bulkhead: new Bulkhead({ name: 'recommendations', maxConcurrent: 32, clock }),
      breaker: { minCalls: 5, openMs: 2_000, maxOpenMs: 10_000, probes: 2, probeDeadlineMs: 1_000 },
      attemptTimeoutMs: 400,
      fallback: (error) => {
        if (!isTemporary(error)) throw error
        return this.#bestSellers.list()
      },
      clock,
      random,
    })
    this.policies = [this.#policy, this.#bestSellers.policy]
  }

  /** What was bought together with the product. */
  async besides(productId: string, limit: number): Promise<Shown> {
    const answer = await this.#policy.run(({ signal }) => this.#client.recommend({ productId, limit }, { signal }))
    if (!isDegraded(answer))
      return { products: answer.products, source: answer.source, degraded: false, degradedBy: '' }
    const others = answer.value.products.filter(({ id }) => id !== productId)
    return bestOf(others, limit, codeOf(answer.error) ?? '')
  }

  /** What everybody buys. */
  async bestSellers(limit: number): Promise<Shown> {
    const { products, degradedBy } = await this.#bestSellers.list()
    return bestOf(products, limit, degradedBy)
  }
}

function bestOf(products: readonly Product[], limit: number, degradedBy: string | undefined): Shown {
  return {
    products: products.slice(0, limit),
    source: RecommendationSource.BEST_SELLERS,
    degraded: degradedBy !== undefined,
    degradedBy: degradedBy ?? '',
  }
}
