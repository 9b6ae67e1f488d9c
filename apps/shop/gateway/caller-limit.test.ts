import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import type { HttpRequest, HttpResponse } from '@ashlar/http'
import { RateLimiter } from '@ashlar/resilience/rate-limit'
import { shopEdge } from '../services/shared/edge.ts'
import { refusal } from '../services/shared/shop-errors.ts'
import { callerOf, limitedByCaller } from './caller-limit.ts'
import { open, type Route } from './route.ts'

function fixture() {
  const clock = new VirtualClock()
  const limiter = new RateLimiter({ name: 'sign-in', limit: 1, perMs: 1_000, burst: 2, clock })
  const failed: string[] = []
  const onError = (_error: unknown, request: string): void => void failed.push(request)
  const limited = limitedByCaller(limiter, { edge: shopEdge, onError })
  let handled = 0
  const good = open('POST', '/good', async () => {
    handled++
    return { status: 200, headers: { 'cache-control': 'no-store' } }
  })
  const bad = open('POST', '/bad', () => Promise.reject(refusal('SHOP_BAD_CREDENTIALS', 'they do not match')))
  const send = async (route: Route, remoteAddress = '192.0.2.1'): Promise<HttpResponse> => {
    const http = { method: 'POST', url: { path: route.path }, remoteAddress } as HttpRequest
    const request = { http, params: {}, query: new URLSearchParams(), principal: { subject: '', roles: [] } }
    return route.handle(request)
  }
  return { clock, failed, good: limited(good), bad: limited(bad), send, handled: () => handled }
}

test('an address has its burst, for all routes together; then it is told when to come back, and nothing is done', async () => {
  const { clock, good, bad, send, handled } = fixture()
  const first = await send(good)
  assert.deepEqual(first.headers, {
    'cache-control': 'no-store',
    'ratelimit-policy': '"sign-in";q=1;w=1',
    ratelimit: '"sign-in";r=1;t=1',
  })
  await send(bad)
  const refused = await send(good)
  assert.equal(refused.status, 429)
  assert.partialDeepStrictEqual(refused.headers, { ratelimit: '"sign-in";r=0;t=1', 'retry-after': '1' })
  assert.partialDeepStrictEqual(JSON.parse(refused.body as string), { code: 'SHOP_TOO_MANY_ATTEMPTS', retryable: true })
  assert.equal(handled(), 1)
  assert.equal((await send(good, '192.0.2.2')).status, 200)
  await clock.advance(1_000)
  assert.equal((await send(good)).status, 200)
})

test('a request that fails is answered and reported as ever, and says how the caller stands', async () => {
  const { failed, bad, send } = fixture()
  const answer = await send(bad)
  assert.equal(answer.status, 401)
  assert.partialDeepStrictEqual(JSON.parse(answer.body as string), { code: 'SHOP_BAD_CREDENTIALS' })
  assert.partialDeepStrictEqual(answer.headers, { ratelimit: '"sign-in";r=1;t=1' })
  assert.deepEqual(failed, ['POST /bad'])
})

const callers: Readonly<Record<string, string>> = {
  '192.0.2.1': '192.0.2.1',
  '::ffff:192.0.2.1': '192.0.2.1',
  '2001:db8:1:2:3:4:5:6': '2001:db8:1:2',
  '2001:db8:1:2::7': '2001:db8:1:2',
  '2001:db8::7': '2001:db8:0:0',
  '::1': '0:0:0:0',
  'fe80::1%eth0': 'fe80:0:0:0',
}

for (const [address, caller] of Object.entries(callers)) {
  test(`the caller behind ${address} is ${caller}`, () => assert.equal(callerOf(address), caller))
}
