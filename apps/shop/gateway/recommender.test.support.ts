import { create } from '@bufbuild/protobuf'
import { orAborted } from '@ashlar/kernel'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import {
  ListBestSellersResponseSchema,
  ProductSchema,
  RecommendationSource,
  RecommendResponseSchema,
  type ListBestSellersResponse,
  type RecommendResponse,
} from '../contracts/gen/shop/product/v1/product_pb.ts'
import { Recommendations, type RecommendationsOptions } from './recommendations.ts'

type Mode = 'well' | 'hangs' | Error

/** Recommendations in front of a product service whose two procedures do as they are told. */
export interface Bench {
  readonly clock: VirtualClock
  readonly recommendations: Recommendations
  readonly client: RecommendationsOptions['client']
  /** How the recommender and the best sellers are. */
  readonly service: { recommender: Mode; bestSellers: Mode; best: readonly string[] }
  /** How often each was asked; how many calls were told to stop. */
  readonly asked: { recommender: number; bestSellers: number; stopped: number }
}

export function openBench(): Bench {
  const clock = new VirtualClock()
  const service: Bench['service'] = { recommender: 'well', bestSellers: 'well', best: ['a', 'b', 'c'] }
  const asked: Bench['asked'] = { recommender: 0, bestSellers: 0, stopped: 0 }
  const products = (ids: readonly string[]) => ids.map((id) => create(ProductSchema, { id }))
  const client: RecommendationsOptions['client'] = {
    async recommend({ limit = 8 }, call): Promise<RecommendResponse> {
      asked.recommender++
      await act(service.recommender, call?.signal, () => asked.stopped++)
      const found = products(['spoon', 'bowl'].slice(0, limit))
      return create(RecommendResponseSchema, { products: found, source: RecommendationSource.CO_PURCHASE })
    },
    async listBestSellers(_, call): Promise<ListBestSellersResponse> {
      asked.bestSellers++
      await act(service.bestSellers, call?.signal, () => asked.stopped++)
      return create(ListBestSellersResponseSchema, { products: products(service.best) })
    },
    async [Symbol.asyncDispose]() {},
  }
  return {
    clock,
    recommendations: new Recommendations({ client, clock, random: seededRandom(5) }),
    client,
    service,
    asked,
  }
}

async function act(mode: Mode, signal: AbortSignal | undefined, onStop: () => void): Promise<void> {
  if (mode instanceof Error) throw mode
  if (mode === 'well') return
  try {
    await orAborted(new Promise<never>(() => {}), signal)
  } catch (error) {
    onStop()
    throw error
  }
}
