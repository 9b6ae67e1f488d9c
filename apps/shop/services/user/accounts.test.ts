import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { createLocalJWKSet, compactVerify, decodeProtectedHeader } from 'jose'
import { hasCode } from '@ashlar/kernel'
import type { VirtualClock } from '@ashlar/kernel/testing'
import type { AccessTokens } from './access-tokens.ts'
import { accountsFixture, type AccountsFixture } from './accounts-fixture.test.support.ts'
import type { Accounts } from './accounts.ts'

const ann = { email: 'Ann@Example.com', password: 'correct horse battery', displayName: 'Ann' }
const dayMs = 86_400_000

let fixture: AccountsFixture
let clock: VirtualClock
let accounts: Accounts
let tokens: AccessTokens

beforeEach(async () => {
  fixture = await accountsFixture()
  ;({ clock, accounts, tokens } = fixture)
})
afterEach(() => fixture[Symbol.asyncDispose]())

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

test('a registration that is repeated with its key and password signs in who registered the first time', async () => {
  const registration = { ...ann, idempotencyKey: 'key of the form' }
  const first = await accounts.register(registration)
  const second = await accounts.register({ ...registration, displayName: 'Anna' })
  assert.deepEqual(second.user, first.user)
  assert.notEqual(second.refreshToken, first.refreshToken)
})

test('a repeat with another key, none, or another password is no repeat: the address is taken', async () => {
  const registration = { ...ann, idempotencyKey: 'key of the form' }
  await accounts.register(registration)
  await accounts.register({ ...ann, email: 'bea@example.com' })
  const others = [
    { ...registration, idempotencyKey: 'another key' },
    { ...registration, idempotencyKey: '' },
    { ...registration, password: 'wrong horse battery' },
    { ...ann, email: 'bea@example.com', idempotencyKey: '' },
  ]
  for (const other of others) await assert.rejects(accounts.register(other), { code: 'SHOP_EMAIL_TAKEN' })
})

test('a wrong password and an unknown address fail alike', async () => {
  await accounts.register(ann)
  const wrong = await accounts.login({ ...ann, password: 'wrong horse battery' }).catch((error: unknown) => error)
  const unknown = await accounts.login({ ...ann, email: 'bea@example.com' }).catch((error: unknown) => error)
  assert.ok(badCredentials(wrong) && badCredentials(unknown))
  assert.equal((wrong as Error).message, (unknown as Error).message)
})

test('an account lets ten passwords be tried, then one every half a minute; the right one does not begin anew', async () => {
  await accounts.register(ann)
  const computed = fixture.computations()
  const guess = (email = ann.email) => accounts.login({ email, password: 'wrong horse battery' })
  for (let count = 0; count < 9; count++) await assert.rejects(guess(), badCredentials)
  await accounts.login(ann)
  const tooMany = { code: 'SHOP_TOO_MANY_ATTEMPTS', retryable: true, retryAfterMs: 30_000 }
  await assert.rejects(guess(' ANN@example.com '), tooMany)
  // Who guesses must not learn in this way either.
  await assert.rejects(accounts.login(ann), tooMany)
  assert.equal(fixture.computations(), computed + 10)
  await clock.advance(30_000)
  await accounts.login(ann)
  await assert.rejects(accounts.login(ann), tooMany)
  await assert.rejects(guess('bea@example.com'), badCredentials)
})

test('an address that nobody has is limited as one that somebody has', async () => {
  const guess = () => accounts.login({ email: 'nobody@example.com', password: 'wrong horse battery' })
  for (let count = 0; count < 10; count++) await assert.rejects(guess(), badCredentials)
  await assert.rejects(guess(), { code: 'SHOP_TOO_MANY_ATTEMPTS' })
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
  await clock.advance(10_000)
  await assert.rejects(accounts.refresh(first.refreshToken), sessionExpired)
  await assert.rejects(accounts.refresh(second.refreshToken), sessionExpired)
})

test('a client that has lost the answer to a refresh asks again in time and gets the same token', async () => {
  const { refreshToken } = await accounts.register(ann)
  const lost = await accounts.refresh(refreshToken)
  await clock.advance(9_999)
  const again = await accounts.refresh(refreshToken)
  assert.equal(again.refreshToken, lost.refreshToken)
  const next = await accounts.refresh(again.refreshToken)
  await assert.rejects(accounts.refresh(refreshToken), sessionExpired, 'its successor has been used: this is a thief')
  await assert.rejects(accounts.refresh(next.refreshToken), sessionExpired)
})

test('the reuse of one session leaves the other sessions of the customer alone', async () => {
  const stolen = await accounts.register(ann)
  const other = await accounts.login(ann)
  await accounts.refresh(stolen.refreshToken)
  await clock.advance(10_000)
  await assert.rejects(accounts.refresh(stolen.refreshToken), sessionExpired)
  assert.deepEqual((await accounts.refresh(other.refreshToken)).user, other.user)
})

test('two refreshes with one token at the same time get one session between them', async () => {
  const { refreshToken } = await accounts.register(ann)
  const [one, other] = await Promise.all([accounts.refresh(refreshToken), accounts.refresh(refreshToken)])
  assert.equal(one.refreshToken, other.refreshToken)
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
  await clock.advance(10_000)
  await accounts.refresh(session.refreshToken).catch(() => {})
  const text = fixture.logged.join('\n')
  assert.match(text, /customer registered .*"userId":"[0-9a-f-]{36}"/)
  assert.match(text, /login failed .*"userId":"[0-9a-f-]{36}"/)
  assert.match(text, /refresh token reused; session ended/)
  for (const secret of [ann.password, 'wrong horse', session.refreshToken, session.accessToken, 'ann@']) {
    assert.ok(!text.toLowerCase().includes(secret.toLowerCase()), `${secret} is in the log`)
  }
})
