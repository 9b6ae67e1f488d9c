import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeAll } from '@ashlar/kernel'
import { listen } from '@ashlar/http'
import { createHttpClient } from '@ashlar/http/client'
import { shopEdge } from '../services/shared/edge.ts'
import { recommendationRoutes } from './recommendation-routes.ts'
import { openBench } from './recommender.test.support.ts'
import { createApi } from './router.ts'

test('anybody is told what goes with a product and what sells best, how that was found, and whether it is second best', async (t) => {
  const { recommendations, service } = openBench()
  const api = createApi(recommendationRoutes(recommendations), () => Promise.reject(new Error('nobody signs in here')))
  const server = await listen(api, { port: 0, edge: shopEdge })
  const client = createHttpClient({ name: 'gateway', baseUrl: server.url })
  const parts = closeAll([server, client])
  t.after(() => parts.close())
  const get = async (path: string, query: Record<string, string> = {}) => {
    const answer = await client.request({ method: 'GET', path, query })
    const body = answer.json() as { products: { id: string }[]; code?: string }
    return { ...body, status: answer.status, products: body.products?.map(({ id }) => id) }
  }

  assert.deepEqual(await get('/api/products/mug/recommendations', { limit: '1' }), {
    status: 200,
    products: ['spoon'],
    source: 'RECOMMENDATION_SOURCE_CO_PURCHASE',
    degraded: false,
    degradedBy: '',
  })
  const best = { status: 200, products: ['a', 'b', 'c'], source: 'RECOMMENDATION_SOURCE_BEST_SELLERS' }
  assert.deepEqual(await get('/api/recommendations'), { ...best, degraded: false, degradedBy: '' })
  recommendations.policies[0]?.breaker?.isolate('the model is being replaced')
  const degraded = await get('/api/products/mug/recommendations')
  assert.deepEqual(degraded, { ...best, degraded: true, degradedBy: 'ASHLAR_BREAKER_OPEN' })
  for (const limit of ['13', 'all']) assert.equal((await get('/api/recommendations', { limit })).status, 400)
  assert.equal(service.recommender, 'well')
})
