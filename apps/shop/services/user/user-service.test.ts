import assert from 'node:assert/strict'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { codeOf, hasCode, newId, runCall } from '@ashlar/kernel'
import { createHttpClient } from '@ashlar/http/client'
import { RemoteError, createClient, type Client } from '@ashlar/rpc'
import { openDatabase, sql } from '@ashlar/sql'
import { Role, Theme, UserService, type Session } from '../../contracts/gen/shop/user/v1/user_pb.ts'
import { startForTest, testMeshKey, type ServiceUnderTest } from '../shared/start-service.test.support.ts'
import { userService } from './user-service.ts'

// Passwords are hashed at their real cost, many at once: a machine that is busy takes its time.
const patient = { name: 'user', meshKey: testMeshKey, timeoutMs: 60_000 }

let service: ServiceUnderTest
let client: Client<typeof UserService>
let files: string
before(async () => {
  files = await mkdtemp(join(tmpdir(), 'user-'))
  service = await startForTest(userService, variables())
  client = createClient(UserService, { ...patient, baseUrl: service.url })
})
after(async () => {
  await client[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
  await rm(files, { recursive: true })
})

const adminKey = 'an admin key of the tests that is long enough'
const variables = (): Record<string, string> => ({
  FILES_DIR: files,
  PUBLIC_URL: 'https://shop.example',
  ADMIN_KEY: adminKey,
  LOGIN_REFILL_SECONDS: '3600',
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

/** The codes that the attempts have failed with, each as often as it came. */
async function failures(attempts: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const count: Record<string, number> = {}
  for (const attempt of await Promise.allSettled(attempts)) {
    const key = attempt.status === 'fulfilled' ? 'none' : (codeOf(attempt.reason) ?? String(attempt.reason))
    count[key] = (count[key] ?? 0) + 1
  }
  return count
}

test('two processes of one database let an account try as many passwords as one does', async () => {
  await using other = await startForTest(userService, { ...variables(), DATABASE_URL: service.databaseUrl })
  await using toOther = createClient(UserService, { ...patient, baseUrl: other.url })
  const email = (await register()).user?.email ?? ''
  const guesses = Array.from({ length: 14 }, (_, nth) =>
    (nth % 2 === 0 ? client : toOther).login({ email, password: 'wrong horse battery' }),
  )
  assert.deepEqual(await failures(guesses), { SHOP_BAD_CREDENTIALS: 10, SHOP_TOO_MANY_ATTEMPTS: 4 })
  for (const each of [client, toOther]) {
    await assert.rejects(each.login({ email, password }), code('SHOP_TOO_MANY_ATTEMPTS'))
  }
})

test('customers sign in while the table of attempts is gone, as often as one process lets them', async () => {
  await using alone = await startForTest(userService, variables())
  await using toAlone = createClient(UserService, { ...patient, baseUrl: alone.url })
  await using db = await openDatabase({ url: alone.databaseUrl })
  await db.run(sql`drop table ashlar_rate`)
  const email = `${newId()}@example.com`
  await toAlone.register({ email, password, displayName: 'Ann' })
  const attempts = Array.from({ length: 12 }, () => toAlone.login({ email, password }))
  assert.deepEqual(await failures(attempts), { none: 10, SHOP_TOO_MANY_ATTEMPTS: 2 })
})

test('the keys are public and hold no private half; they cannot be written', async () => {
  await using http = createHttpClient({ name: 'user', baseUrl: service.url })
  const answer = await http.request({ method: 'GET', path: '/.well-known/jwks.json' })
  assert.equal(answer.status, 200)
  assert.doesNotMatch(JSON.stringify(await answer.json()), /"d":/)
  assert.equal((await http.request({ method: 'PUT', path: '/.well-known/jwks.json', json: {} })).status, 405)
})

test('a registration that is repeated with its idempotency key signs in the same customer', async () => {
  const registration = { email: `${newId()}@example.com`, password, displayName: 'Ann', idempotencyKey: newId() }
  const first = await client.register(registration)
  const second = await client.register(registration)
  assert.deepEqual(second.session?.user, first.session?.user)
  await assert.rejects(client.register({ ...registration, idempotencyKey: newId() }), code('SHOP_EMAIL_TAKEN'))
  const long = { ...registration, idempotencyKey: 'x'.repeat(101) }
  assert.deepEqual(await issuesOf(client.register(long)), ['idempotencyKey must be 0 to 100 characters, got 101'])
})

/** The only mail to this address, once it is there. */
async function mailTo(email: string): Promise<string> {
  const directory = join(files, 'mail')
  for (;;) {
    for (const name of (await readdir(directory)).filter((one) => one.endsWith('.eml'))) {
      const mail = await readFile(join(directory, name), 'utf8')
      if (mail.includes(`\r\nTo: ${email}\r\n`)) return mail
    }
  }
}

test('password reset: the link in the mail sets a new password over the wire, once, and ends the sessions', async () => {
  const session = await register()
  const email = session.user?.email ?? ''
  await client.requestPasswordReset({ email })
  const mail = await mailTo(email)
  const token = /\r\nhttps:\/\/shop\.example\/reset-password#token=([\w-]{43})\r\n/.exec(mail)?.[1] ?? ''
  assert.deepEqual(await issuesOf(client.resetPassword({ token, newPassword: 'short' })), [
    'newPassword must be 10 to 200 characters',
  ])
  await client.resetPassword({ token, newPassword: 'staple of the new horse' })
  await assert.rejects(client.refresh({ refreshToken: session.refreshToken }), code('SHOP_SESSION_EXPIRED'))
  assert.ok((await client.login({ email, password: 'staple of the new horse' })).session)
  const again = client.resetPassword({ token, newPassword: 'staple of the old horse' })
  await assert.rejects(again, code('SHOP_RESET_TOKEN_INVALID'))
  await using db = await openDatabase({ url: service.databaseUrl })
  const kept = await db.rows(
    sql`select token_hash, (select jsonb_agg(to_jsonb(m)) from ashlar_outbox m) from password_reset`,
  )
  assert.ok(kept.length > 0 && !JSON.stringify(kept).includes(token), 'the token is in no table')
  for (const secret of [token, email]) assert.ok(!service.logged().includes(secret))
})

test('password reset: an unknown address, and one that cannot be, are answered like any other', async () => {
  const email = `${newId()}@example.com`
  assert.deepEqual(
    await client.requestPasswordReset({ email }),
    await client.requestPasswordReset({ email: (await register()).user?.email ?? '' }),
  )
  await client.requestPasswordReset({ email: 'not an address' })
  assert.deepEqual(await issuesOf(client.requestPasswordReset({ email: ' ' })), ['email is required'])
})

test('a customer changes the password with the current one, and nobody else’s', async () => {
  const [ann, bea] = [await register(), await register()]
  const change = { userId: ann.user?.id ?? '', currentPassword: password, newPassword: 'staple of the new horse' }
  await runCall({ principal: { subject: bea.user?.id ?? '', roles: [] } }, async () => {
    await assert.rejects(client.changePassword(change), code('SHOP_USER_NOT_FOUND'))
  })
  await assert.rejects(client.changePassword({ ...change, currentPassword: 'x' }), code('SHOP_BAD_CREDENTIALS'))
  assert.deepEqual(await issuesOf(client.changePassword({ ...change, currentPassword: '', newPassword: '' })), [
    'currentPassword is required',
    'newPassword must be 10 to 200 characters',
  ])
  const { session } = await client.changePassword(change)
  await assert.rejects(client.refresh({ refreshToken: ann.refreshToken }), code('SHOP_SESSION_EXPIRED'))
  assert.ok(await client.refresh({ refreshToken: session?.refreshToken ?? '' }))
})

test('everything that is wrong with a registration is said at once', async () => {
  const issues = await issuesOf(client.register({ email: 'ann', password: 'short', displayName: '' }))
  assert.deepEqual(issues, [
    'email must be an e-mail address, such as ann@example.com',
    'password must be 10 to 200 characters',
    'displayName is required',
  ])
})

test('refresh rotates over the wire; a token whose successor is in use ends the session', async () => {
  const first = await register()
  const { session: second } = await client.refresh({ refreshToken: first.refreshToken })
  const { session: again } = await client.refresh({ refreshToken: first.refreshToken })
  assert.equal(again?.refreshToken, second?.refreshToken, 'the answer may have been lost')
  const { session: third } = await client.refresh({ refreshToken: second?.refreshToken ?? '' })
  await assert.rejects(client.refresh({ refreshToken: first.refreshToken }), code('SHOP_SESSION_EXPIRED'))
  await assert.rejects(client.refresh({ refreshToken: third?.refreshToken ?? '' }), code('SHOP_SESSION_EXPIRED'))
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

test('roles: an operator makes somebody a merchant; they are from their next access token on', async () => {
  const session = await register()
  const [email, userId] = [session.user?.email ?? '', session.user?.id ?? '']
  assert.deepEqual(session.user?.roles, [Role.CUSTOMER])
  const [, baseUrl] = /"adminUrl":"([^"]+)"/.exec(service.logged()) ?? []
  await using admin = createHttpClient({ name: 'user', baseUrl: baseUrl ?? '' })
  const headers = { authorization: `Bearer ${adminKey}` }
  const setRole = { method: 'POST', path: '/actions/set-role', headers }
  const done = await admin.request({ ...setRole, json: { email, role: 'merchant' } })
  assert.deepEqual(done.json(), { result: { userId, email, roles: ['customer', 'merchant'] } })
  const refreshed = (await client.refresh({ refreshToken: session.refreshToken })).session
  assert.deepEqual(decodeJwt(refreshed?.accessToken ?? '').roles, ['customer', 'merchant'])
  assert.deepEqual(refreshed?.user?.roles, [Role.CUSTOMER, Role.MERCHANT])
  assert.deepEqual((await client.getProfile({ userId })).user?.roles, [Role.CUSTOMER, Role.MERCHANT])
  const unknown = await admin.request({ ...setRole, json: { email: 'nobody@example.com', role: 'merchant' } })
  assert.equal(unknown.status, 404)
  assert.match(unknown.text(), /nobody has registered as nobody@example\.com/)
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
