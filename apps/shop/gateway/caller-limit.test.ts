import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import type { HttpRequest, HttpResponse } from '@ashlar/http'
import { RateLimiter } from '@ashlar/resilience/rate-limit'
import { shopEdge } from '../services/shared/edge.ts'
import { refusal } from '../services/shared/shop-errors.ts'
import { callerOf, limitedByAddress, limitedByClass } from './caller-limit.ts'
import { callerLimitsConfig, createCallerLimits, type CallerLimitsConfig } from './caller-limits.ts'
import { open, signedIn, type Route } from './route.ts'
import { limitedTokens } from './token-limit.ts'

function fixture() {
  const clock = new VirtualClock()
  const limiter = new RateLimiter({ name: 'sign-in', limit: 1, perMs: 1_000, burst: 2, clock })
  const failed: string[] = []
  const onError = (_error: unknown, request: string): void => void failed.push(request)
  const limited = limitedByAddress(limiter, { edge: shopEdge, onError })
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

test('of a customer and of an address the class of the route decides which allowance is used up', async () => {
  const clock = new VirtualClock()
  const limits = createCallerLimits(config({ CUSTOMER_WRITE_BURST: 1, ADDRESS_COSTLY_BURST: 1 }), clock)
  const limited = limitedByClass(limits, { edge: shopEdge, onError: () => {} })
  const ok = async (): Promise<HttpResponse> => ({ status: 200 })
  const [cart, items] = [limited(signedIn('GET', '/api/cart', ok)), limited(signedIn('PUT', '/api/cart/items', ok))]
  const [search, product] = [limited(open('GET', '/api/products', ok)), limited(open('GET', '/api/products/:id', ok))]
  const send = async (route: Route, subject = 'ada', remoteAddress = '192.0.2.1'): Promise<number> => {
    const http = { method: route.method, url: { path: route.path }, remoteAddress } as HttpRequest
    const request = { http, params: {}, query: new URLSearchParams(), principal: { subject, roles: [] } }
    return (await route.handle(request)).status
  }
  assert.deepEqual([await send(items), await send(items), await send(cart)], [200, 429, 200])
  // Neither another address nor another name helps against the limit of the other kind.
  assert.deepEqual([await send(items, 'ada', '192.0.2.9'), await send(items, 'eve')], [429, 200])
  assert.deepEqual([await send(search), await send(search, 'eve'), await send(product)], [200, 429, 200])
  assert.equal(await send(search, 'ada', '192.0.2.9'), 200)
  await clock.advance(1_000)
  assert.deepEqual([await send(items), await send(search)], [200, 200])
})

test('a route that is limited more closely says how the caller stands there, until the wider limit refuses', async () => {
  const clock = new VirtualClock()
  const faults = { edge: shopEdge, onError: () => {} }
  const limits = createCallerLimits(config({ ADDRESS_WRITE_BURST: 2, LOGIN_ADDRESS_BURST: 5 }), clock)
  const login = open('POST', '/api/session', async () => ({ status: 200 }))
  const route = limitedByClass(limits, faults)(limitedByAddress(limits.signIn, faults)(login))
  const seen: unknown[] = []
  for (let call = 0; call < 3; call++) {
    const http = { method: 'POST', url: { path: route.path }, remoteAddress: '192.0.2.1' } as HttpRequest
    const request = { http, params: {}, query: new URLSearchParams(), principal: { subject: '', roles: [] } }
    seen.push((await route.handle(request)).headers?.['ratelimit-policy'])
  }
  assert.deepEqual(seen, ['"sign-in";q=1;w=1', '"sign-in";q=1;w=1', '"write";q=1;w=1'])
})

test('an address whose tokens do not verify is refused before they are looked at; a good token costs nothing', async () => {
  const clock = new VirtualClock()
  const { tokens } = createCallerLimits(config({ TOKEN_ADDRESS_BURST: 2 }), clock)
  let looked = 0
  const authenticate = limitedTokens(async (token) => {
    looked++
    if (token !== 'good') throw refusal('SHOP_TOKEN_INVALID', 'not valid')
    return { subject: 'ada', roles: [] }
  }, tokens)
  const from = (remoteAddress: string): HttpRequest => ({ remoteAddress }) as HttpRequest
  for (let call = 0; call < 10; call++) await authenticate('good', from('192.0.2.1'))
  for (let call = 0; call < 2; call++) {
    await assert.rejects(authenticate('forged', from('192.0.2.1')), { code: 'SHOP_TOKEN_INVALID' })
  }
  await assert.rejects(authenticate('forged', from('192.0.2.1')), {
    code: 'SHOP_TOO_MANY_ATTEMPTS',
    retryAfterMs: 1_000,
  })
  assert.equal(looked, 12)
  assert.equal((await authenticate('good', from('192.0.2.2'))).subject, 'ada')
  await clock.advance(1_000)
  assert.equal((await authenticate('good', from('192.0.2.1'))).subject, 'ada')
})

test('however many strangers there are, a limit knows so many and no more', () => {
  const { address } = createCallerLimits(config(), new VirtualClock())
  for (let stranger = 0; stranger < 60_000; stranger++) address.read.take(`stranger ${stranger}`)
  assert.equal(address.read.keys, 50_000)
})

/** One request of a kind a second, at once as many as are given, or any number. */
function config(given: Partial<CallerLimitsConfig> = {}): CallerLimitsConfig {
  const names = Object.keys(callerLimitsConfig) as (keyof CallerLimitsConfig)[]
  const all = names.map((name) => [name, given[name] ?? (name.endsWith('_BURST') ? 1_000 : 1)])
  return Object.fromEntries(all) as CallerLimitsConfig
}

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
