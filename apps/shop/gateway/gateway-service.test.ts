import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHttpClient } from '@ashlar/http/client'
import { startService } from '@ashlar/service'
import { gatewayService } from './gateway-service.ts'

const nobody = 'http://127.0.0.1:9'
const services = { USER_URL: nobody, PRODUCT_URL: nobody, ORDER_URL: nobody, PAYMENT_URL: nobody }

test('an address that signs in too often is refused here, whatever it asks for and whoever is behind', async () => {
  const env = {
    ...services,
    ASHLAR_MESH_KEY: 'key',
    LOG: 'error',
    LOGIN_ADDRESS_BURST: '2',
    LOGIN_ADDRESS_PER_SECOND: '1',
  }
  const gateway = await startService(gatewayService, env, { destination: { write: () => undefined } })
  try {
    await using client = createHttpClient({ name: 'gateway', baseUrl: gateway.url })
    const statuses = []
    for (const path of ['/api/session', '/api/users', '/api/password-resets']) {
      statuses.push((await client.request({ method: 'POST', path, json: {} })).status)
    }
    assert.deepEqual(statuses, [503, 503, 429])
    assert.equal((await client.request({ method: 'POST', path: '/api/session/refresh', json: {} })).status, 503)
  } finally {
    await gateway.close()
  }
})

test('a customer beyond their allowance is refused with 429, and told how they stand and when to come back', async () => {
  const env = {
    ...services,
    ASHLAR_MESH_KEY: 'key',
    LOG: 'error',
    ADDRESS_COSTLY_BURST: '1',
    ADDRESS_COSTLY_PER_SECOND: '1',
  }
  const gateway = await startService(gatewayService, env, { destination: { write: () => undefined } })
  try {
    await using client = createHttpClient({ name: 'gateway', baseUrl: gateway.url })
    const [first, second] = [await client.request(search), await client.request(search)]
    assert.deepEqual([first.status, second.status], [503, 429])
    assert.partialDeepStrictEqual(second.headers, {
      'content-type': 'application/problem+json',
      'ratelimit-policy': '"costly";q=1;w=1',
      ratelimit: '"costly";r=0;t=1',
      'retry-after': '1',
    })
    assert.partialDeepStrictEqual(second.json(), { code: 'SHOP_TOO_MANY_ATTEMPTS', status: 429, retryable: true })
    assert.equal((await client.request({ method: 'GET', path: '/api/products/p1' })).status, 503)
  } finally {
    await gateway.close()
  }
})

test('while a service is away its circuit opens: 503 at once, with Retry-After, and nothing of how it is built', async () => {
  const env = { ...services, ASHLAR_MESH_KEY: 'key', LOG: 'error' }
  const gateway = await startService(gatewayService, env, { destination: { write: () => undefined } })
  try {
    await using client = createHttpClient({ name: 'gateway', baseUrl: gateway.url })
    const codes = new Set<unknown>()
    for (let call = 0; call < 12; call++)
      codes.add((await client.request(search).then((r) => r.json() as { code: string })).code)
    assert.deepEqual([...codes], ['ASHLAR_RPC_UNREACHABLE', 'ASHLAR_BREAKER_OPEN'])
    const refused = await client.request(search)
    assert.equal(refused.status, 503)
    assert.ok(Number(refused.headers['retry-after']) >= 1 && Number(refused.headers['retry-after']) <= 3)
    assert.partialDeepStrictEqual(refused.json(), { status: 503, retryable: true })
    assert.doesNotMatch(refused.text(), /circuit|product/)
  } finally {
    await gateway.close()
  }
})

const search = { method: 'GET', path: '/api/products' }

async function cookieWhenReachedBy(publicUrl: string): Promise<string> {
  const env = { ...services, ASHLAR_MESH_KEY: 'key', LOG: 'error', PUBLIC_URL: publicUrl }
  const gateway = await startService(gatewayService, env, { destination: { write: () => undefined } })
  try {
    await using client = createHttpClient({ name: 'gateway', baseUrl: gateway.url })
    const headers = { 'x-session': 'cookie' }
    const out = await client.request({ method: 'DELETE', path: '/api/session', headers })
    return String(out.headers['set-cookie'])
  } finally {
    await gateway.close()
  }
}

test('where customers come by https, cookies go by https only; where they come by http, they would not go at all', async () => {
  assert.match(await cookieWhenReachedBy('https://shop.example'), /; Secure$/)
  assert.doesNotMatch(await cookieWhenReachedBy('http://127.0.0.1:8080'), /Secure/)
  assert.doesNotMatch(await cookieWhenReachedBy(''), /Secure/)
})
