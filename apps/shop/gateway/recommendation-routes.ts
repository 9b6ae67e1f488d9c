import { create } from '@bufbuild/protobuf'
import { InvalidInputError } from '@ashlar/kernel'
import { RecommendationsSchema } from '../contracts/gen/shop/product/v1/product_pb.ts'
import { readQuery } from './query.ts'
import type { Recommendations } from './recommendations.ts'
import { answer, open, type Route } from './route.ts'

const [defaultLimit, mostAtOnce] = [8, 12]

/** What customers may like besides: for everybody. */
export function recommendationRoutes(recommendations: Recommendations): readonly Route[] {
  return [
    open('GET', '/api/recommendations', async ({ query }) =>
      answer(RecommendationsSchema, create(RecommendationsSchema, await recommendations.bestSellers(readLimit(query)))),
    ),
    open('GET', '/api/products/:productId/recommendations', async ({ params, query }) => {
      const found = await recommendations.besides(params.productId ?? '', readLimit(query))
      return answer(RecommendationsSchema, create(RecommendationsSchema, found))
    }),
  ]
}

function readLimit(query: URLSearchParams): number {
  const limit = readQuery(query, (read) => read.integer('limit')) || defaultLimit
  if (limit <= mostAtOnce) return limit
  throw new InvalidInputError([{ path: 'limit', message: `must be 1 to ${mostAtOnce}` }])
}
