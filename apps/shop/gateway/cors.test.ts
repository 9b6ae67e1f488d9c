import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edgeTable } from '@ashlar/kernel'
import { NotFoundError, httpEdgeRows, listen, type HttpHandler } from '@ashlar/http'
import { createHttpClient, type HttpClientResponse } from '@ashlar/http/client'
import { withCors } from './cors.ts'

const edge = edgeTable(httpEdgeRows)
const ours = 'https://shop.example'
const handler: HttpHandler = async ({ url }) => {
  if (url.path === '/broken') throw new Error('secret')
  if (url.path === '/nothing') throw new NotFoundError({ path: url.path })
  return { status: 200, headers: { vary: 'Accept-Encoding' }, body: 'here' }
}

async function ask(
  origin: string,
  options: { method?: string; path?: string; headers?: Record<string, string> } = {},
): Promise<HttpClientResponse & { failures: readonly unknown[] }> {
  const failures: unknown[] = []
  const onError = (error: unknown): void => void failures.push(error)
  await using server = await listen(withCors(handler, [ours], { edge, onError }), { port: 0, edge })
  await using client = createHttpClient({ name: 'gateway', baseUrl: server.url })
  const { method = 'GET', path = '/', headers = {} } = options
  return Object.assign(await client.request({ method, path, headers: { origin, ...headers } }), { failures })
}

test('pages of a listed origin read the answer; pages of others do not', async () => {
  const given = await ask(ours)
  assert.equal(given.headers['access-control-allow-origin'], ours)
  assert.equal(given.headers.vary, 'Accept-Encoding, Origin')
  for (const origin of ['https://evil.example', `${ours}.evil.example`, 'http://shop.example', 'null']) {
    const refused = await ask(origin)
    assert.equal(refused.headers['access-control-allow-origin'], undefined, origin)
    assert.equal(refused.headers.vary, 'Accept-Encoding, Origin')
  }
})

test('pages of a listed origin read refusals too, and are told nothing of faults, which are reported', async () => {
  const refused = await ask(ours, { path: '/nothing' })
  assert.deepEqual([refused.status, refused.headers['access-control-allow-origin']], [404, ours])
  assert.match(refused.text(), /ASHLAR_HTTP_NOT_FOUND/)
  const failed = await ask(ours, { path: '/broken' })
  assert.deepEqual([failed.status, failed.headers['access-control-allow-origin']], [500, ours])
  assert.doesNotMatch(failed.text(), /secret/)
  assert.deepEqual(failed.failures.map(String), ['Error: secret'])
})

test('a preflight of a listed origin is answered without asking the handler; credentials are never allowed', async () => {
  const headers = { 'access-control-request-method': 'POST' }
  const given = await ask(ours, { method: 'OPTIONS', path: '/broken', headers })
  assert.equal(given.status, 204)
  assert.match(String(given.headers['access-control-allow-headers']), /idempotency-key/)
  assert.equal(given.headers['access-control-allow-credentials'], undefined)
  assert.equal((await ask('https://evil.example', { method: 'OPTIONS', path: '/nothing', headers })).status, 404)
})
