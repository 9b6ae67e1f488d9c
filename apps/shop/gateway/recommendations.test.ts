import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode, runCall } from '@ashlar/kernel'
import { RemoteError } from '@ashlar/rpc'
import { RecommendationSource } from '../contracts/gen/shop/product/v1/product_pb.ts'
import type { Recommendations } from './recommendations.ts'
import { openBench, type Bench } from './recommender.test.support.ts'

const { CO_PURCHASE, BEST_SELLERS } = RecommendationSource
type Shown = Awaited<ReturnType<Recommendations['besides']>>

/** What the answer says, in few words. */
function told({ products, source, degraded, degradedBy }: Shown): unknown[] {
  return [products.map(({ id }) => id).join(' '), source, degraded, degradedBy]
}

function remote(code: string, retryable: boolean): RemoteError {
  const status = retryable ? 'unavailable' : 'internal'
  return new RemoteError({ code, message: code, retryable, status, procedure: 'shop.product.v1/Recommend' })
}

/** Asks, and lets time pass until there is an answer. @returns it, and how long it took. */
async function ask({ clock, recommendations }: Bench, productId = 'mug', limit = 8): Promise<[unknown[], number]> {
  const beganMs = clock.now()
  const state = { isOver: false }
  const asking = recommendations.besides(productId, limit).finally(() => (state.isOver = true))
  asking.catch(() => {})
  while (!state.isOver) {
    await clock.advance(0)
    if (!state.isOver) await clock.advance(5)
  }
  return [told(await asking), clock.now() - beganMs]
}

test('what the recommender says is shown as it is', async () => {
  const bench = openBench()
  const [answer, tookMs] = await ask(bench)
  assert.deepEqual([answer, tookMs < 10], [['spoon bowl', CO_PURCHASE, false, ''], true])
  assert.equal(bench.asked.bestSellers, 0)
})

test('a recommender that hangs is told to stop after 400 ms; best sellers come instead, marked, with the reason', async () => {
  const bench = openBench()
  bench.service.recommender = 'hangs'
  const [answer, tookMs] = await ask(bench, 'b', 2)
  assert.deepEqual(answer, ['a c', BEST_SELLERS, true, 'ASHLAR_ATTEMPT_TIMEOUT'])
  assert.ok(tookMs >= 395 && tookMs <= 425, `${tookMs} ms`)
  assert.deepEqual(bench.asked, { recommender: 1, bestSellers: 1, stopped: 1 })
})

test('while the recommender is away nobody waits for it; when it is back, two probes and all is as before', async () => {
  const bench = openBench()
  const { service, asked, clock } = bench
  service.recommender = 'hangs'
  await Promise.all(Array.from({ length: 5 }, () => ask(bench)))
  const [refused, tookMs] = await ask(bench)
  assert.deepEqual(refused, ['a b c', BEST_SELLERS, true, 'ASHLAR_BREAKER_OPEN'])
  assert.deepEqual([tookMs < 10, asked.recommender], [true, 5])
  service.recommender = 'well'
  await clock.advance(2_400)
  for (let probe = 0; probe < 2; probe++) assert.equal((await ask(bench))[0][1], CO_PURCHASE)
  assert.equal(bench.recommendations.policies[0]?.breaker?.state.kind, 'closed')
})

test('a bug, a wrong request and a product that is unknown are told: best sellers hide none of them', async () => {
  const bench = openBench()
  const wrong = [
    remote('ASHLAR_INTERNAL', false),
    remote('ASHLAR_INVALID_INPUT', false),
    remote('SHOP_PRODUCT_NOT_FOUND', false),
    new TypeError('no such field'),
  ]
  for (const error of wrong) {
    bench.service.recommender = error
    await assert.rejects(ask(bench), error)
  }
  assert.equal(bench.asked.bestSellers, 0)
})

test('however many fall back at once, best sellers are asked for once, and not again for 30 seconds', async () => {
  const bench = openBench()
  const { service, asked, clock } = bench
  service.recommender = remote('ASHLAR_SQL_UNAVAILABLE', true)
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(bench)))
  assert.ok(answers.every(([[ids]]) => ids === 'a b c'))
  assert.equal(asked.bestSellers, 1)
  service.best = ['new']
  await clock.advance(29_000)
  assert.equal((await ask(bench))[0][0], 'a b c')
  await clock.advance(1_500)
  assert.equal((await ask(bench))[0][0], 'new')
  assert.equal(asked.bestSellers, 2)
})

test('when best sellers cannot be had either, those that were known last go on, however old, and say so', async () => {
  const bench = openBench()
  const { service, asked, clock, recommendations } = bench
  assert.deepEqual(told(await recommendations.bestSellers(2)), ['a b', BEST_SELLERS, false, ''])
  service.recommender = service.bestSellers = remote('ASHLAR_RPC_UNREACHABLE', true)
  await clock.advance(86_400_000)
  assert.deepEqual((await ask(bench))[0], ['a b c', BEST_SELLERS, true, 'ASHLAR_RPC_UNREACHABLE'])
  for (let visit = 0; visit < 5; visit++) {
    assert.deepEqual(told(await recommendations.bestSellers(1)).slice(0, 3), ['a', BEST_SELLERS, true])
  }
  assert.equal(asked.bestSellers, 4, 'after three failures they are left alone')
  service.bestSellers = 'well'
  await clock.advance(2_400)
  assert.deepEqual(told(await recommendations.bestSellers(1)), ['a', BEST_SELLERS, false, ''])
})

test('when nothing was ever known, the first error is told, and not that of the best sellers', async () => {
  const bench = openBench()
  bench.service.recommender = remote('ASHLAR_RPC_UNREACHABLE', true)
  bench.service.bestSellers = remote('ASHLAR_SQL_UNAVAILABLE', true)
  await assert.rejects(ask(bench), (error) => hasCode(error, 'ASHLAR_RPC_UNREACHABLE'))
  await assert.rejects(bench.recommendations.bestSellers(8), (error) => hasCode(error, 'ASHLAR_SQL_UNAVAILABLE'))
  bench.service.bestSellers = 'hangs'
  const [refused] = await Promise.all([
    assert.rejects(bench.recommendations.bestSellers(8), (error) => hasCode(error, 'ASHLAR_ATTEMPT_TIMEOUT')),
    bench.clock.advance(520),
  ])
  assert.equal(refused, undefined)
})

test('who leaves while best sellers are loaded takes them from nobody else', async () => {
  const bench = openBench()
  const { clock, recommendations, service } = bench
  service.bestSellers = 'hangs'
  const leaving = new AbortController()
  const left = assert.rejects(runCall({ signal: leaving.signal, clock }, () => recommendations.bestSellers(8)))
  const stays = assert.rejects(recommendations.bestSellers(8), (error) => hasCode(error, 'ASHLAR_ATTEMPT_TIMEOUT'))
  leaving.abort(new Error('enough'))
  await left
  await clock.advance(520)
  await stays
  assert.deepEqual(bench.asked, { recommender: 0, bestSellers: 1, stopped: 1 })
})

test('with 32 recommendations under way, others do not queue: they get best sellers at once', async () => {
  const bench = openBench()
  const { clock, recommendations, service, asked } = bench
  await recommendations.bestSellers(8)
  service.recommender = 'hangs'
  const waiting = Array.from({ length: 32 }, () => recommendations.besides('mug', 8))
  const answer = await recommendations.besides('mug', 8)
  assert.deepEqual(told(answer), ['a b c', BEST_SELLERS, true, 'ASHLAR_BULKHEAD_FULL'])
  assert.equal(asked.recommender, 32)
  await clock.advance(420)
  await Promise.all(waiting)
})
