import { codeOf, currentCall, runCall, type Clock, type Random } from '@ashlar/kernel'
import { consecutive, isDegraded, policy, type ResiliencePolicy } from '@ashlar/resilience'
import type { Client } from '@ashlar/rpc'
import type { Product, RecommendationService } from '../contracts/gen/shop/product/v1/product_pb.ts'
import { isTemporary } from './is-temporary.ts'

export interface BestSellersOptions {
  readonly client: Pick<Client<typeof RecommendationService>, 'listBestSellers'>
  readonly clock: Clock
  readonly random: Random
}

export interface BestSellersAnswer {
  /** At most 24. */
  readonly products: readonly Product[]
  /** Code of the error for which these are older than they should be. */
  readonly degradedBy?: string
}

const mostKept = 24
const freshMs = 30_000

/**
 * What the shop sells most, kept in memory: asked for at most once in 30 seconds, however many want it, and once for all
 * who wait. So it can stand in for everything that fails without becoming a load itself. While it cannot be had, the last
 * that was known goes on, however old.
 */
export class BestSellers {
  readonly policy: ResiliencePolicy<readonly Product[]>
  readonly #client: BestSellersOptions['client']
  readonly #clock: Clock
  #known: { readonly products: readonly Product[]; readonly loadedMs: number } | undefined
  #loading: Promise<BestSellersAnswer> | undefined

  constructor({ client, clock, random }: BestSellersOptions) {
    this.#client = client
    this.#clock = clock
    this.policy = policy('best-sellers', {
      breaker: { ...consecutive(3), openMs: 2_000, maxOpenMs: 10_000, probes: 1, probeDeadlineMs: 1_000 },
      attemptTimeoutMs: 500,
      fallback: (error) => {
        if (this.#known === undefined || !isTemporary(error)) throw error
        return this.#known.products
      },
      clock,
      random,
    })
  }

  /** @throws why it could not be had, as long as nothing has ever been known. */
  async list(): Promise<BestSellersAnswer> {
    const known = this.#known
    if (known !== undefined && this.#clock.now() - known.loadedMs < freshMs) return { products: known.products }
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined))
    return this.#loading
  }

  /** Not as part of the call that happens to be first: when its caller leaves, the others still wait. */
  #load(): Promise<BestSellersAnswer> {
    return runCall({ parent: null, trace: currentCall()?.trace }, async () => {
      const answer = await this.policy.run(async ({ signal }) => {
        const { products } = await this.#client.listBestSellers({ limit: mostKept }, { signal })
        this.#known = { products, loadedMs: this.#clock.now() }
        return products
      })
      if (!isDegraded(answer)) return { products: answer }
      return { products: answer.value, degradedBy: codeOf(answer.error) ?? '' }
    })
  }
}
