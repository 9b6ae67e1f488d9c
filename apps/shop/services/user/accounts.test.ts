import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { createLocalJWKSet, compactVerify, decodeProtectedHeader } from 'jose'
import { hasCode, uuidGenerator } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import { createAccessTokens, newSigningKey, type AccessTokens } from './access-tokens.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import { createGate } from './gate.ts'
import { memoryUserStore } from './memory-repository.ts'
import { createPasswords } from './passwords.ts'

const ann = { email: 'Ann@Example.com', password: 'correct horse battery', displayName: 'Ann' }
const dayMs = 86_400_000

let clock: VirtualClock
let accounts: Accounts
let tokens: AccessTokens
let logged: string[]

beforeEach(async () => {
  clock = new VirtualClock()
  logged = []
  const random = seededRandom(5)
  const newId = uuidGenerator({ clock, random })
  const note = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`)
  tokens = await createAccessTokens({ key: newSigningKey(random), clock, newId })
  accounts = createAccounts({
    store: memoryUserStore(),
    passwords: createPasswords({
      gate: createGate({ maxRunning: 4, maxWaiting: 64, retryAfterMs: 500 }),
      random,
      cost: { logN: 4, r: 8, p: 1 },
    }),
    tokens,
    clock,
    random,
    newId,
    log: { info: note, warn: note, error: note },
  })
})

const sessionExpired = (error: unknown): boolean => hasCode(error, 'SHOP_SESSION_EXPIRED')
const badCredentials = (error: unknown): boolean => hasCode(error, 'SHOP_BAD_CREDENTIALS')

test('who registers is signed in, and can sign in again with the address in any capitals', async () => {
  const session = await accounts.register(ann)
  assert.equal(session.user.email, 'ann@example.com')
  assert.equal(session.user.createdAtMs, clock.wall())
  const again = await accounts.login({ email: ' ANN@example.COM ', password: ann.password })
  assert.deepEqual(again.user, session.user)
  assert.notEqual(again.refreshToken, session.refreshToken)
})

test('an address that is taken is refused, in any capitals', async () => {
  await accounts.register(ann)
  await assert.rejects(accounts.register({ ...ann, email: 'aNN@example.com' }), (error) =>
    hasCode(error, 'SHOP_EMAIL_TAKEN'),
  )
})

test('a wrong password and an unknown address fail alike', async () => {
  await accounts.register(ann)
  const wrong = await accounts.login({ ...ann, password: 'wrong horse battery' }).catch((error: unknown) => error)
  const unknown = await accounts.login({ ...ann, email: 'bea@example.com' }).catch((error: unknown) => error)
  assert.ok(badCredentials(wrong) && badCredentials(unknown))
  assert.equal((wrong as Error).message, (unknown as Error).message)
})

test('the access token is a JWT for this shop that the published keys verify, good for ten minutes', async () => {
  const session = await accounts.register(ann)
  const { payload } = await compactVerify(session.accessToken, createLocalJWKSet(tokens.jwks))
  const issuedAt = Math.floor(clock.wall() / 1000)
  const { jti, ...claims } = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>
  assert.deepEqual(claims, {
    iss: 'ashlar-shop',
    aud: 'shop',
    sub: session.user.id,
    roles: ['customer'],
    iat: issuedAt,
    exp: issuedAt + 600,
  })
  assert.equal(typeof jti, 'string')
  assert.equal(session.accessExpiresAtMs, (issuedAt + 600) * 1000)
  assert.equal(decodeProtectedHeader(session.accessToken).kid, tokens.jwks.keys[0]?.kid)
  assert.equal(tokens.jwks.keys[0]?.d, undefined, 'the private half stays here')
})

test('a refresh gives a new session and uses the token up; using it again ends the session for good', async () => {
  const first = await accounts.register(ann)
  const second = await accounts.refresh(first.refreshToken)
  assert.deepEqual(second.user, first.user)
  await assert.rejects(accounts.refresh(first.refreshToken), sessionExpired)
  await assert.rejects(accounts.refresh(second.refreshToken), sessionExpired)
})

test('the reuse of one session leaves the other sessions of the customer alone', async () => {
  const stolen = await accounts.register(ann)
  const other = await accounts.login(ann)
  await accounts.refresh(stolen.refreshToken)
  await assert.rejects(accounts.refresh(stolen.refreshToken), sessionExpired)
  assert.deepEqual((await accounts.refresh(other.refreshToken)).user, other.user)
})

test('of two refreshes with one token at the same time exactly one wins', async () => {
  const { refreshToken } = await accounts.register(ann)
  const results = await Promise.allSettled([accounts.refresh(refreshToken), accounts.refresh(refreshToken)])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('a refresh token lives thirty days from when it was made, so a session in use never ends', async () => {
  const first = await accounts.register(ann)
  const idle = await accounts.login(ann)
  await clock.advance(29 * dayMs)
  const second = await accounts.refresh(first.refreshToken)
  await clock.advance(1 * dayMs)
  await assert.rejects(accounts.refresh(idle.refreshToken), sessionExpired)
  await clock.advance(28 * dayMs)
  assert.ok(await accounts.refresh(second.refreshToken))
})

test('signing out ends the session, once or twice', async () => {
  const { refreshToken } = await accounts.register(ann)
  await accounts.logout(refreshToken)
  await accounts.logout(refreshToken)
  await assert.rejects(accounts.refresh(refreshToken), sessionExpired)
})

test('logs tell who did what, and hold no password, token or address', async () => {
  const session = await accounts.register(ann)
  await accounts.login({ ...ann, password: 'wrong horse battery' }).catch(() => {})
  await accounts.refresh(session.refreshToken)
  await accounts.refresh(session.refreshToken).catch(() => {})
  const text = logged.join('\n')
  assert.match(text, /customer registered .*"userId":"[0-9a-f-]{36}"/)
  assert.match(text, /login failed .*"userId":"[0-9a-f-]{36}"/)
  assert.match(text, /refresh token reused; session ended/)
  for (const secret of [ann.password, 'wrong horse', session.refreshToken, session.accessToken, 'ann@']) {
    assert.ok(!text.toLowerCase().includes(secret.toLowerCase()), `${secret} is in the log`)
  }
})
