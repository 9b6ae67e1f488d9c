import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { currentCall, remainingMs } from '@ashlar/kernel'
import { listen } from '@ashlar/http'
import { createHttpClient, type HttpClient } from '@ashlar/http/client'
import { shopEdge } from '../services/shared/edge.ts'
import { refusal } from '../services/shared/shop-errors.ts'
import { merchant, open, signedIn } from './route.ts'
import { createApi } from './router.ts'

const json = (value: unknown): { status: number; body: string } => ({ status: 200, body: JSON.stringify(value) })
const routes = [
  open('GET', '/api/things', async ({ query }) => json({ query: query.get('q'), leftMs: remainingMs(currentCall()) })),
  open('GET', '/api/things/:id', async ({ params }) => json(params)),
  signedIn('POST', '/api/things/:id', async ({ principal }) => json([principal, currentCall()?.principal])),
  merchant('DELETE', '/api/staff/things/:id', async ({ principal }) => json(principal)),
]

const rolesOf: Readonly<Record<string, readonly string[]>> = { good: [], staff: ['customer', 'merchant'] }

async function api(t: TestContext): Promise<{ client: HttpClient; verified: string[] }> {
  const verified: string[] = []
  const handler = createApi(routes, async (token) => {
    verified.push(token)
    const roles = rolesOf[token]
    if (roles === undefined) throw refusal('SHOP_TOKEN_INVALID', 'the access token is not valid; sign in again')
    return { subject: 'user-1', roles }
  })
  const server = await listen(handler, { port: 0, edge: shopEdge })
  const client = createHttpClient({ name: 'gateway', baseUrl: server.url })
  t.after(async () => {
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  return { client, verified }
}

test('a request goes to its route with path, query and a deadline', async (t) => {
  const { client } = await api(t)
  const found = (await client.request({ method: 'GET', path: '/api/things', query: { q: 'a b' } })).json() as {
    query: string
    leftMs: number
  }
  assert.equal(found.query, 'a b')
  assert.ok(found.leftMs > 10_000 && found.leftMs <= 15_000, `${found.leftMs}`)
  const one = await client.request({ method: 'GET', path: '/api/things/a%20b' })
  assert.deepEqual(one.json(), { id: 'a b' })
})

test('what does not exist is 404; what exists for other methods is 405 and names them', async (t) => {
  const { client } = await api(t)
  const missing = await client.request({ method: 'GET', path: '/api/nothing' })
  assert.equal(missing.status, 404)
  const wrong = await client.request({ method: 'DELETE', path: '/api/things/1' })
  assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'GET, POST'])
})

test('a route for signed-in users gives its handler, and all that is called from it, the principal', async (t) => {
  const { client } = await api(t)
  const authorization = 'bearer good'
  const answer = await client.request({ method: 'POST', path: '/api/things/1', headers: { authorization } })
  const principal = { subject: 'user-1', roles: [] }
  assert.deepEqual(answer.json(), [principal, principal])
})

test('without a token, with another scheme, or with a bad one: 401, and the handler is not called', async (t) => {
  const { client, verified } = await api(t)
  for (const authorization of ['', 'good', 'Basic good', 'Bearer', 'Bearer a b', 'Bearer bad']) {
    const headers = authorization === '' ? {} : { authorization }
    const answer = await client.request({ method: 'POST', path: '/api/things/1', headers })
    assert.equal(answer.status, 401, authorization)
    assert.equal(answer.headers['www-authenticate'], 'Bearer')
  }
  assert.deepEqual(verified, ['bad'])
})

test('a route for merchants takes merchants only: 403 for a customer, 401 for who is not signed in', async (t) => {
  const { client } = await api(t)
  const remove = (headers: Record<string, string>) =>
    client.request({ method: 'DELETE', path: '/api/staff/things/1', headers })
  const removed = await remove({ authorization: 'Bearer staff' })
  assert.deepEqual(removed.json(), { subject: 'user-1', roles: ['customer', 'merchant'] })
  const refused = await remove({ authorization: 'Bearer good' })
  assert.deepEqual([refused.status, (refused.json() as { code: string }).code], [403, 'SHOP_FORBIDDEN'])
  assert.equal((await remove({})).status, 401)
})
