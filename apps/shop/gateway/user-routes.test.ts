import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { closeAll } from '@ashlar/kernel'
import { listen } from '@ashlar/http'
import { createHttpClient, type HttpClient } from '@ashlar/http/client'
import {
  ChangePasswordResponseSchema,
  LoginResponseSchema,
  LogoutResponseSchema,
  RefreshResponseSchema,
  RegisterResponseSchema,
  RequestPasswordResetResponseSchema,
  ResetPasswordResponseSchema,
  type ChangePasswordRequest,
  type LogoutRequest,
  type RefreshRequest,
  type RegisterRequest,
  type RequestPasswordResetRequest,
  type ResetPasswordRequest,
} from '../contracts/gen/shop/user/v1/user_pb.ts'
import { shopEdge } from '../services/shared/edge.ts'
import type { Clients } from './clients.ts'
import type { Route } from './route.ts'
import { createApi } from './router.ts'
import { userRoutes } from './user-routes.ts'

const browser = { 'x-session': 'cookie' }
const session = { accessToken: 'access', refreshToken: 'next' }

interface Fixture {
  readonly client: HttpClient
  /** What the user service was given that matters, in order. */
  readonly given: string[]
  readonly limitedRoutes: string[]
}

/** The routes in front of a user service that notes what it is given. */
async function open(t: TestContext): Promise<Fixture> {
  const given: string[] = []
  const limitedRoutes: string[] = []
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
  const signIn = {
    register: async ({ email, idempotencyKey }: RegisterRequest) => {
      given.push(`${email} ${idempotencyKey}`)
      return create(RegisterResponseSchema, { session })
    },
    login: async () => create(LoginResponseSchema, { session }),
    requestPasswordReset: async ({ email }: RequestPasswordResetRequest) => {
      given.push(email)
      return create(RequestPasswordResetResponseSchema)
    },
    resetPassword: async ({ token, newPassword }: ResetPasswordRequest) => {
      given.push(`${token} ${newPassword}`)
      return create(ResetPasswordResponseSchema)
    },
    changePassword: async ({ userId, currentPassword, newPassword }: ChangePasswordRequest) => {
      given.push(`${userId} ${currentPassword} ${newPassword}`)
      return create(ChangePasswordResponseSchema, { session })
    },
  }
  const limited = (route: Route): Route => {
    limitedRoutes.push(`${route.method} ${route.path}`)
    return route
  }
  const routes = userRoutes({ user, signIn } as unknown as Clients, { secure: true, limited })
  const api = createApi(routes, async (token) => {
    assert.equal(token, 'good')
    return { subject: 'user-1', roles: ['customer'] }
  })
  const server = await listen(api, { port: 0, edge: shopEdge })
  const client = createHttpClient({ name: 'gateway', baseUrl: server.url })
  const parts = closeAll([server, client])
  t.after(() => parts.close())
  return { client, given, limitedRoutes }
}

test('what lets strangers guess passwords or have mails sent is limited by caller', async (t) => {
  const { limitedRoutes } = await open(t)
  assert.deepEqual(limitedRoutes, ['POST /api/users', 'POST /api/session', 'POST /api/password-resets'])
})

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

test('registration: the idempotency key of the header goes with it, and none of the body’s', async (t) => {
  const { client, given } = await open(t)
  const json = { email: 'ann@example.com', idempotencyKey: 'from the body' }
  const register = { method: 'POST', path: '/api/users', json }
  const registered = await client.request({ ...register, headers: { 'idempotency-key': 'key-0001' } })
  assert.equal(registered.status, 201)
  await client.request(register)
  assert.deepEqual(given, ['ann@example.com key-0001', 'ann@example.com '])
})

test('password reset: asking is answered 202 with nothing in it, choosing the new one 204', async (t) => {
  const { client, given } = await open(t)
  const email = 'ann@example.com'
  const asked = await client.request({ method: 'POST', path: '/api/password-resets', json: { email } })
  assert.deepEqual([asked.status, asked.text(), asked.headers['cache-control']], [202, '', 'no-store'])
  const json = { token: 'token', newPassword: 'secret' }
  const confirmed = await client.request({ method: 'POST', path: '/api/password-resets/confirm', json })
  assert.deepEqual([confirmed.status, confirmed.text()], [204, ''])
  assert.deepEqual(given, [email, 'token secret'])
})

test('a password change is the signed-in customer’s own, and answers with the session that goes on', async (t) => {
  const { client, given } = await open(t)
  const json = { userId: 'somebody-else', currentPassword: 'old', newPassword: 'new' }
  const change = { method: 'PUT', path: '/api/me/password', json }
  assert.equal((await client.request(change)).status, 401)
  const changed = await client.request({ ...change, headers: { ...browser, authorization: 'Bearer good' } })
  assert.equal(changed.status, 200)
  assert.match(String(changed.headers['set-cookie']), /^ashlar_refresh=next; /)
  assert.doesNotMatch(changed.text(), /next/)
  assert.deepEqual(given, ['user-1 old new'])
})

const cookieRoutes = [
  { method: 'POST', path: '/api/users' },
  { method: 'POST', path: '/api/session' },
  { method: 'POST', path: '/api/session/refresh' },
  { method: 'DELETE', path: '/api/session' },
  { method: 'PUT', path: '/api/me/password' },
]

test('cookies with CSRF: a page of another site can neither get, use nor end a session', async (t) => {
  const { client, given } = await open(t)
  const theirs = { ...browser, cookie: 'ashlar_refresh=last', authorization: 'Bearer good' }
  for (const route of cookieRoutes) {
    for (const from of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: 'http://127.0.0.1' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      const refused = await client.request({ ...route, json: {}, headers: { ...theirs, ...from } })
      assert.deepEqual([refused.status, refused.headers['set-cookie']], [403, undefined], JSON.stringify([route, from]))
      assert.match(refused.text(), /SHOP_FORBIDDEN/)
    }
  }
  assert.deepEqual(given, [])
})

test('cookies with CSRF: the shop’s own pages can, and so can other sites’ pages that keep the token themselves', async (t) => {
  const { client } = await open(t)
  const refresh = { method: 'POST', path: '/api/session/refresh', json: { refreshToken: 'mine' } }
  const own = { ...browser, cookie: 'ashlar_refresh=last', host: 'shop.example' }
  for (const from of [
    { 'sec-fetch-site': 'same-origin', origin: 'https://shop.example' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://shop.example' },
    {},
  ]) {
    assert.equal((await client.request({ ...refresh, headers: { ...own, ...from } })).status, 200, JSON.stringify(from))
  }
  const listed = { 'sec-fetch-site': 'cross-site', origin: 'https://partner.example' }
  assert.equal((await client.request({ ...refresh, headers: listed })).status, 200)
})
