import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { accountsFixture, tokenIn, type AccountsFixture } from './accounts-fixture.test.support.ts'
import type { Session } from './sessions.ts'
import { sha256 } from './sha256.ts'

const ann = { email: 'ann@example.com', password: 'correct horse battery', displayName: 'Ann' }
const newPassword = 'staple of the new horse'
const minuteMs = 60_000

let fixture: AccountsFixture
let session: Session
beforeEach(async () => {
  fixture = await accountsFixture()
  session = await fixture.accounts.register(ann)
})
afterEach(() => fixture[Symbol.asyncDispose]())

const sessionExpired = { code: 'SHOP_SESSION_EXPIRED' }
const badCredentials = { code: 'SHOP_BAD_CREDENTIALS' }
const linkInvalid = { code: 'SHOP_RESET_TOKEN_INVALID' }

async function askForLink(email = ann.email): Promise<void> {
  await fixture.accounts.requestPasswordReset(email)
  await fixture.settled()
}

test('password reset: the mailed link sets a new password once, and ends every session', async () => {
  const { accounts, mails } = fixture
  const other = await accounts.login(ann)
  await askForLink(' ANN@example.com')
  assert.deepEqual([mails.length, mails[0]?.to, mails[0]?.subject], [1, ann.email, 'Choose a new password'])
  const reset = { token: tokenIn(mails[0]), newPassword }
  await accounts.resetPassword(reset)
  await assert.rejects(accounts.refresh(session.refreshToken), sessionExpired)
  await assert.rejects(accounts.refresh(other.refreshToken), sessionExpired)
  await assert.rejects(accounts.login(ann), badCredentials)
  assert.ok(await accounts.login({ ...ann, password: newPassword }))
  await assert.rejects(accounts.resetPassword(reset), linkInvalid)
})

test('password reset: a link is good for half an hour', async () => {
  const { accounts, clock, mails, store } = fixture
  const askedMs = clock.wall()
  await askForLink()
  const token = tokenIn(mails[0])
  await clock.advance(askedMs + 30 * minuteMs - 1 - clock.wall())
  assert.equal(await store.passwords.isResetLive(sha256(token), clock.wall()), true)
  await clock.advance(1)
  await assert.rejects(accounts.resetPassword({ token, newPassword }), linkInvalid)
})

test('password reset: a new request replaces the older link', async () => {
  const { accounts, mails } = fixture
  await askForLink()
  await askForLink()
  assert.equal(mails.length, 2)
  await assert.rejects(accounts.resetPassword({ token: tokenIn(mails[0]), newPassword }), linkInvalid)
  await accounts.resetPassword({ token: tokenIn(mails[1]), newPassword })
})

test('password reset: three mails an hour and no more; the last link goes on working', async () => {
  const { accounts, clock, mails } = fixture
  for (let times = 0; times < 5; times++) await askForLink()
  assert.equal(mails.length, 3)
  await clock.advance(60 * minuteMs)
  await askForLink()
  assert.equal(mails.length, 4)
  await accounts.resetPassword({ token: tokenIn(mails[3]), newPassword })
})

test('password reset: for an unknown address the answer is the same, and nothing is sent', async () => {
  await askForLink('nobody@example.com')
  assert.deepEqual(fixture.mails, [])
})

test('password reset: a made-up token is refused before anything is computed', async () => {
  const before = fixture.computations()
  await assert.rejects(fixture.accounts.resetPassword({ token: 'made up', newPassword }), linkInvalid)
  assert.equal(fixture.computations(), before)
  assert.ok(await fixture.accounts.login(ann))
})

test('password reset: a mail that cannot be sent is tried again until its link has run out, and then let be', async () => {
  const { clock, mails, send } = fixture
  let attempts = 0
  const fail = async (): Promise<void> => {
    attempts++
    throw new Error('the disk is full')
  }
  fixture.send = fail
  await askForLink()
  await clock.advance(29 * minuteMs)
  assert.ok(attempts > 30, `${attempts} attempts`)
  await askForLink()
  fixture.send = send
  await clock.advance(minuteMs)
  assert.equal(mails.length, 1, 'the older one has run out, and holds the newer one back no more')
  await fixture.accounts.resetPassword({ token: tokenIn(mails[0]), newPassword })
})

test('password reset: a mail that may have been sent is sent again under its id, with the link that works', async () => {
  const { accounts, clock, mails, send } = fixture
  fixture.send = async (mail) => {
    await send(mail)
    if (mails.length === 1) throw new Error('sent, but nobody heard of it')
  }
  await askForLink()
  await clock.advance(1_000)
  assert.deepEqual([mails.length, mails[1]?.id], [2, mails[0]?.id])
  await assert.rejects(accounts.resetPassword({ token: tokenIn(mails[0]), newPassword }), linkInvalid)
  await accounts.resetPassword({ token: tokenIn(mails[1]), newPassword })
})

test('a changed password ends every session but the new one, and every link', async () => {
  const { accounts, mails } = fixture
  const other = await accounts.login(ann)
  await askForLink()
  const change = { currentPassword: ann.password, newPassword }
  const changed = await accounts.changePassword(session.user.id, change)
  for (const ended of [session, other]) await assert.rejects(accounts.refresh(ended.refreshToken), sessionExpired)
  assert.ok(await accounts.refresh(changed.refreshToken))
  await assert.rejects(accounts.resetPassword({ token: tokenIn(mails[0]), newPassword }), linkInvalid)
  assert.ok(await accounts.login({ ...ann, password: newPassword }))
})

test('who signs in with the old password while it changes is refused', async () => {
  const { accounts, store, clock } = fixture
  const found = await store.users.find(session.user.id)
  const computed = fixture.computations()
  const login = accounts.login(ann)
  while (fixture.computations() === computed) await Promise.resolve()
  const change = { userId: session.user.id, from: found?.passwordHash ?? '', to: 'another hash', nowMs: clock.wall() }
  assert.equal(await store.passwords.change(change), true)
  await assert.rejects(login, badCredentials)
})

test('a password is changed only by who knows the current one; a repeat of a change that was made signs in', async () => {
  const { accounts } = fixture
  const change = { currentPassword: ann.password, newPassword }
  const wrong = { ...change, currentPassword: 'wrong horse battery' }
  await assert.rejects(accounts.changePassword(session.user.id, wrong), badCredentials)
  assert.ok(await accounts.refresh(session.refreshToken), 'nothing has ended')
  const first = await accounts.changePassword(session.user.id, change)
  const again = await accounts.changePassword(session.user.id, change)
  assert.ok(await accounts.refresh(first.refreshToken))
  assert.ok(await accounts.refresh(again.refreshToken))
  await assert.rejects(accounts.changePassword('nobody', change), { code: 'SHOP_USER_NOT_FOUND' })
})

test('logs tell of resets, and hold no token, password or address', async () => {
  const { accounts, mails, logged } = fixture
  await askForLink()
  await accounts.resetPassword({ token: tokenIn(mails[0]), newPassword })
  const text = logged.join('\n')
  assert.match(text, /password reset requested/)
  assert.match(text, /password reset mail sent/)
  assert.match(text, /password reset; all sessions ended .*"userId":"[0-9a-f-]{36}"/)
  for (const secret of [tokenIn(mails[0]), newPassword, ann.email]) assert.ok(!text.includes(secret))
})
