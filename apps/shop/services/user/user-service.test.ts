import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { hasCode, newId, runCall } from '@ashlar/kernel'
import { createHttpClient } from '@ashlar/http/client'
import { RemoteError, createClient, type Client } from '@ashlar/rpc'
import { Theme, UserService, type Session } from '../../contracts/gen/shop/user/v1/user_pb.ts'
import { startForTest, testMeshKey, type ServiceUnderTest } from '../shared/start-service.test.support.ts'
import { userService } from './user-service.ts'

let service: ServiceUnderTest
let client: Client<typeof UserService>
before(async () => {
  service = await startForTest(userService)
  client = createClient(UserService, { name: 'user', baseUrl: service.url, meshKey: testMeshKey })
})
after(async () => {
  await client[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})

const password = 'correct horse battery'
async function register(): Promise<Session> {
  const email = `${newId()}@example.com`
  const { session } = await client.register({ email, password, displayName: 'Ann' })
  return session as Session
}

async function issuesOf(promise: Promise<unknown>): Promise<string[]> {
  const error = await promise.catch((reason: unknown) => reason)
  assert.ok(error instanceof RemoteError && hasCode(error, 'ASHLAR_INVALID_INPUT'), String(error))
  return error.issues.map(({ path, message }) => `${path} ${message}`)
}

const code = (wanted: string) => (error: unknown) => hasCode(error, wanted)

test('a customer registers, signs in, and the published keys verify the access token', async () => {
  const session = await register()
  const again = await client.login({ email: session.user?.email ?? '', password })
  assert.deepEqual(again.session?.user, session.user)
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', service.url))
  const { payload } = await jwtVerify(session.accessToken, keys, { issuer: 'ashlar-shop', audience: 'shop' })
  assert.equal(payload.sub, session.user?.id)
  assert.deepEqual(payload.roles, ['customer'])
})

test('the keys are public and hold no private half; they cannot be written', async () => {
  await using http = createHttpClient({ name: 'user', baseUrl: service.url })
  const answer = await http.request({ method: 'GET', path: '/.well-known/jwks.json' })
  assert.equal(answer.status, 200)
  assert.doesNotMatch(JSON.stringify(await answer.json()), /"d":/)
  assert.equal((await http.request({ method: 'PUT', path: '/.well-known/jwks.json', json: {} })).status, 405)
})

test('everything that is wrong with a registration is said at once', async () => {
  const issues = await issuesOf(client.register({ email: 'ann', password: 'short', displayName: '' }))
  assert.deepEqual(issues, [
    'email must be an e-mail address, such as ann@example.com',
    'password must be 10 to 200 characters',
    'displayName is required',
  ])
})

test('refresh rotates over the wire; a used token ends the session', async () => {
  const first = await register()
  const { session: second } = await client.refresh({ refreshToken: first.refreshToken })
  await assert.rejects(client.refresh({ refreshToken: first.refreshToken }), code('SHOP_SESSION_EXPIRED'))
  await assert.rejects(client.refresh({ refreshToken: second?.refreshToken ?? '' }), code('SHOP_SESSION_EXPIRED'))
  await client.logout({ refreshToken: first.refreshToken })
})

test('a profile keeps what an update does not name, and an address is checked field by field', async () => {
  const { user } = await register()
  const userId = user?.id ?? ''
  const address = { name: 'Ann', line1: 'Weg 1', line2: '', postalCode: '10115', city: 'Berlin', country: 'de' }
  const updated = await client.updateProfile({ userId, address })
  assert.equal(updated.user?.displayName, 'Ann')
  assert.equal(updated.user?.address?.country, 'DE')
  assert.deepEqual((await client.getProfile({ userId })).user, updated.user)
  const wrong = { ...address, city: '', country: 'Germany' }
  assert.deepEqual(await issuesOf(client.updateProfile({ userId, address: wrong })), [
    'address.country must be a two-letter country code, such as DE',
    'address.city is required',
  ])
})

test('preferences are kept, and only known themes are taken', async () => {
  const { user } = await register()
  const userId = user?.id ?? ''
  const preferences = { theme: Theme.DARK, newsletter: true, orderEmails: false }
  await client.updatePreferences({ userId, preferences })
  const kept = (await client.getPreferences({ userId })).preferences
  assert.deepEqual([kept?.theme, kept?.newsletter, kept?.orderEmails], [Theme.DARK, true, false])
  assert.deepEqual(
    await issuesOf(client.updatePreferences({ userId, preferences: { ...preferences, theme: 9 as Theme } })),
    ['preferences.theme must be THEME_SYSTEM, THEME_LIGHT or THEME_DARK'],
  )
  assert.deepEqual(await issuesOf(client.updatePreferences({ userId })), ['preferences is required'])
})

test('a customer sees their own account; anybody else’s does not exist for them', async () => {
  const [ann, bea] = [await register(), await register()]
  const asBea = { principal: { subject: bea.user?.id ?? '', roles: ['customer'] } }
  await runCall(asBea, async () => {
    assert.ok((await client.getProfile({ userId: bea.user?.id ?? '' })).user)
    const userId = ann.user?.id ?? ''
    await assert.rejects(client.getProfile({ userId }), code('SHOP_USER_NOT_FOUND'))
    await assert.rejects(client.updateProfile({ userId, displayName: 'Mallory' }), code('SHOP_USER_NOT_FOUND'))
    await assert.rejects(client.getPreferences({ userId }), code('SHOP_USER_NOT_FOUND'))
  })
})

test('who is not of the mesh is refused', async () => {
  await using stranger = createClient(UserService, { name: 'user', baseUrl: service.url, meshKey: 'guessed' })
  await assert.rejects(stranger.login({ email: 'ann@example.com', password }), code('ASHLAR_RPC_UNAUTHENTICATED'))
})

test('logs name customers by id; no password, token or address is in them', async () => {
  const session = await register()
  const email = session.user?.email ?? ''
  await client.login({ email, password: 'wrong horse battery' }).catch(() => {})
  assert.match(service.logged(), new RegExp(`"userId":"${session.user?.id}".*login failed`))
  for (const secret of [password, 'wrong horse', session.refreshToken, session.accessToken, email]) {
    assert.ok(!service.logged().includes(secret))
  }
})
