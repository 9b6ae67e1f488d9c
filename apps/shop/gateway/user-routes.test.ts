import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { closeAll } from '@ashlar/kernel'
import { listen } from '@ashlar/http'
import { createHttpClient, type HttpClient } from '@ashlar/http/client'
import {
  LogoutResponseSchema,
  RefreshResponseSchema,
  type LogoutRequest,
  type RefreshRequest,
} from '../contracts/gen/shop/user/v1/user_pb.ts'
import { shopEdge } from '../services/shared/edge.ts'
import type { Clients } from './clients.ts'
import { createApi } from './router.ts'
import { userRoutes } from './user-routes.ts'

const browser = { 'x-session': 'cookie' }

/** The routes in front of a user service that notes the refresh tokens it is given. */
async function open(t: TestContext): Promise<{ client: HttpClient; given: string[] }> {
  const given: string[] = []
  const session = { accessToken: 'access', refreshToken: 'next' }
  const user = {
    refresh: async ({ refreshToken }: RefreshRequest) => {
      given.push(refreshToken)
      return create(RefreshResponseSchema, { session })
    },
    logout: async ({ refreshToken }: LogoutRequest) => {
      given.push(refreshToken)
      return create(LogoutResponseSchema)
    },
  }
  const routes = userRoutes({ user } as unknown as Clients, { secure: true })
  const api = createApi(routes, () => assert.fail('no route here asks for a principal'))
  const server = await listen(api, { port: 0, edge: shopEdge })
  const client = createHttpClient({ name: 'gateway', baseUrl: server.url })
  const parts = closeAll([server, client])
  t.after(() => parts.close())
  return { client, given }
}

test('a browser gets its refresh token in a cookie and nowhere else; other clients get it in the body', async (t) => {
  const { client, given } = await open(t)
  const refresh = { method: 'POST', path: '/api/session/refresh' }
  const kept = await client.request({ ...refresh, headers: { ...browser, cookie: 'a=b; ashlar_refresh=last' } })
  const cookie = 'ashlar_refresh=next; Max-Age=2592000; Path=/api/session; HttpOnly; SameSite=Strict; Secure'
  assert.deepEqual([kept.status, kept.headers['set-cookie']], [200, cookie])
  assert.doesNotMatch(kept.text(), /next/)
  assert.deepEqual([kept.headers['cache-control'], kept.headers['x-content-type-options']], ['no-store', 'nosniff'])
  const told = await client.request({
    ...refresh,
    json: { refreshToken: 'mine' },
    headers: { cookie: 'ashlar_refresh=x' },
  })
  assert.deepEqual([told.status, told.headers['set-cookie']], [200, undefined])
  assert.match(told.text(), /"refreshToken":"next"/)
  assert.deepEqual(given, ['last', 'mine'])
})

test('a browser whose cookie has gone is told that its session has ended, and can still sign out', async (t) => {
  const { client, given } = await open(t)
  const refreshed = await client.request({ method: 'POST', path: '/api/session/refresh', headers: browser })
  assert.equal(refreshed.status, 401)
  assert.match(refreshed.text(), /SHOP_SESSION_EXPIRED/)
  const out = await client.request({ method: 'DELETE', path: '/api/session', headers: browser })
  assert.equal(out.status, 204)
  assert.match(String(out.headers['set-cookie']), /^ashlar_refresh=; Max-Age=0; /)
  assert.deepEqual(given, [])
})
