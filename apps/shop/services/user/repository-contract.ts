import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode, uuidGenerator } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import type { Credentials, KeptToken, SigningKey, UserStore } from './repository.ts'
import { defaultPreferences, type User } from './user.ts'

const newId = uuidGenerator({ clock: new VirtualClock(), random: seededRandom(7) })
const createdAtMs = 1_767_225_600_123
const dayMs = 86_400_000
const passwordHash = 'scrypt$hash'
const repeatMs = 10_000

function someUser(change: Partial<User> = {}): User {
  const id = newId()
  const email = `${id}@example.com`
  return { id, email, displayName: 'Ann', address: undefined, createdAtMs, role: 'customer', ...change }
}

function credentials(user: User = someUser()): Credentials {
  return { user, passwordHash, registrationKeyHash: undefined }
}

const address = { name: 'Ann', line1: 'Weg 1', line2: '', postalCode: '10115', city: 'Berlin', country: 'DE' }

function token(expiresAtMs = createdAtMs + 30 * dayMs): KeptToken {
  return { hash: newId(), expiresAtMs }
}

/** What every {@link UserStore} promises. `open` gives the one that is tested; it need not be empty. */
export function userStoreContract(name: string, open: () => Promise<UserStore>): void {
  userContract(name, open)
  sessionContract(name, open)
  purgeContract(name, open)

  test(`${name}: everybody who asks for the signing key gets the same one, also at the same time`, async () => {
    const { keys } = await open()
    const candidates = Array.from({ length: 8 }, (): SigningKey => ({
      kid: newId(),
      privateJwk: { kty: 'OKP', crv: 'Ed25519', x: 'x', d: newId() },
    }))
    const kept = await Promise.all(candidates.map((candidate) => keys.ensure(candidate)))
    for (const key of kept) assert.deepEqual(key, kept[0])
    assert.deepEqual(await keys.ensure(candidates[3] as SigningKey), kept[0])
  })
}

function userContract(name: string, open: () => Promise<UserStore>): void {
  test(`${name}: a customer is found by id and by e-mail address, as inserted`, async () => {
    const { users } = await open()
    const user = someUser({ address })
    const registered = { ...credentials(user), registrationKeyHash: 'key' }
    await users.insert(registered)
    assert.deepEqual(await users.find(user.id), registered)
    assert.deepEqual(await users.findByEmail(user.email), registered)
    const keyless = credentials()
    await users.insert(keyless)
    assert.deepEqual(await users.find(keyless.user.id), keyless)
    assert.equal(await users.find(newId()), undefined)
    assert.equal(await users.findByEmail('nobody@example.com'), undefined)
  })

  test(`${name}: of many registrations of one e-mail address exactly one succeeds`, async () => {
    const { users } = await open()
    const email = `${newId()}@example.com`
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => users.insert(credentials(someUser({ email })))),
    )
    const refused = results.filter((result) => result.status === 'rejected')
    assert.equal(refused.length, 9)
    for (const { reason } of refused) assert.ok(hasCode(reason, 'SHOP_EMAIL_TAKEN'))
  })

  test(`${name}: an update changes what it names and nothing else`, async () => {
    const { users } = await open()
    const user = someUser()
    await users.insert(credentials(user))
    assert.deepEqual(await users.update(user.id, { address }), { ...user, address })
    assert.deepEqual(await users.update(user.id, { displayName: 'Bea' }), { ...user, address, displayName: 'Bea' })
    assert.equal(await users.update(newId(), { displayName: 'Bea' }), undefined)
  })

  test(`${name}: a role is given by e-mail address, and a session that goes on has it`, async () => {
    const { users, sessions, user, first } = await signIn(open)
    assert.deepEqual(await users.setRole(user.email, 'merchant'), { ...user, role: 'merchant' })
    assert.equal((await users.find(user.id))?.user.role, 'merchant')
    const rotated = await sessions.rotate({ hash: first.hash, next: token(), nowMs: createdAtMs, repeatMs })
    assert.equal(rotated.kind === 'rotated' && rotated.user.role, 'merchant')
    assert.deepEqual(await users.setRole(user.email, 'customer'), user)
    assert.equal(await users.setRole('nobody@example.com', 'merchant'), undefined)
  })

  test(`${name}: preferences start at their defaults and are kept`, async () => {
    const { users } = await open()
    const user = someUser()
    await users.insert(credentials(user))
    assert.deepEqual(await users.preferences(user.id), defaultPreferences)
    const chosen = { theme: 'dark', newsletter: true, orderEmails: false } as const
    assert.equal(await users.setPreferences(user.id, chosen), true)
    assert.deepEqual(await users.preferences(user.id), chosen)
    assert.equal(await users.preferences(newId()), undefined)
    assert.equal(await users.setPreferences(newId(), chosen), false)
  })
}

async function signIn(open: () => Promise<UserStore>) {
  const store = await open()
  const user = someUser()
  await store.users.insert(credentials(user))
  const first = token()
  const id = newId()
  await store.sessions.start({ id, userId: user.id, passwordHash, token: first, nowMs: createdAtMs })
  return { ...store, user, id, first }
}

function sessionContract(name: string, open: () => Promise<UserStore>): void {
  const signedIn = () => signIn(open)
  test(`${name}: a token rotates once; using it again ends the session, its successor included`, async () => {
    const { sessions, user, id, first } = await signedIn()
    const [second, third, nowMs] = [token(), token(), createdAtMs + 1]
    assert.deepEqual(await sessions.rotate({ hash: first.hash, next: second, nowMs, repeatMs }), {
      kind: 'rotated',
      sessionId: id,
      user,
    })
    const again = await sessions.rotate({ hash: first.hash, next: token(), nowMs, repeatMs })
    assert.deepEqual(again, { kind: 'reused', sessionId: id, userId: user.id })
    assert.deepEqual(await sessions.rotate({ hash: second.hash, next: third, nowMs, repeatMs }), { kind: 'gone' })
  })

  test(`${name}: asked again a moment later for the same successor, it is given, as long as it has not been used`, async () => {
    const { sessions, user, id, first } = await signedIn()
    const second = token()
    const ask = (nowMs: number) => sessions.rotate({ hash: first.hash, next: second, nowMs, repeatMs })
    assert.equal((await ask(createdAtMs)).kind, 'rotated')
    assert.deepEqual(await ask(createdAtMs + 9_999), { kind: 'repeated', sessionId: id, user })
    const used = { hash: second.hash, next: token(), nowMs: createdAtMs + 9_999, repeatMs }
    assert.equal((await sessions.rotate(used)).kind, 'rotated')
    assert.equal((await ask(createdAtMs + 9_999)).kind, 'reused')
    assert.deepEqual(await ask(createdAtMs + 9_999), { kind: 'gone' })
  })

  test(`${name}: asked again much later, even for the same successor, is a theft`, async () => {
    const { sessions, first } = await signedIn()
    const ask = { hash: first.hash, next: token(), repeatMs }
    await sessions.rotate({ ...ask, nowMs: createdAtMs })
    assert.equal((await sessions.rotate({ ...ask, nowMs: createdAtMs + repeatMs })).kind, 'reused')
  })

  test(`${name}: of many rotations of one token at once exactly one wins`, async () => {
    const { sessions, first } = await signedIn()
    const nowMs = createdAtMs + 1
    const results = await Promise.all(
      Array.from({ length: 10 }, () => sessions.rotate({ hash: first.hash, next: token(), nowMs, repeatMs })),
    )
    assert.equal(results.filter(({ kind }) => kind === 'rotated').length, 1)
    assert.equal(results.filter(({ kind }) => kind === 'reused').length, 1, 'the first to reuse it ends the session')
  })

  test(`${name}: those that offer the same successor at once all get it`, async () => {
    const { sessions, first } = await signedIn()
    const change = { hash: first.hash, next: token(), nowMs: createdAtMs, repeatMs }
    const results = await Promise.all(Array.from({ length: 10 }, () => sessions.rotate(change)))
    assert.deepEqual(results.map(({ kind }) => kind).toSorted(), [...Array<string>(9).fill('repeated'), 'rotated'])
  })

  test(`${name}: a session starts only with the password that the customer has`, async () => {
    const { sessions, user } = await signedIn()
    const start = { id: newId(), userId: user.id, token: token(), nowMs: createdAtMs }
    assert.equal(await sessions.start({ ...start, passwordHash: 'the one before' }), false)
    assert.equal(await sessions.start({ ...start, passwordHash }), true)
  })

  test(`${name}: a token is good until the moment it expires`, async () => {
    const { sessions, first } = await signedIn()
    const late = await sessions.rotate({ hash: first.hash, next: token(), nowMs: first.expiresAtMs, repeatMs })
    assert.deepEqual(late, { kind: 'gone' })
    const inTime = await sessions.rotate({ hash: first.hash, next: token(), nowMs: first.expiresAtMs - 1, repeatMs })
    assert.equal(inTime.kind, 'rotated')
  })

  test(`${name}: a session that goes on forgets its expired tokens`, async () => {
    const { sessions, first } = await signedIn()
    const second = token(first.expiresAtMs + dayMs)
    await sessions.rotate({ hash: first.hash, next: second, nowMs: createdAtMs, repeatMs })
    const third = token(second.expiresAtMs + dayMs)
    await sessions.rotate({ hash: second.hash, next: third, nowMs: first.expiresAtMs, repeatMs })
    // Known, it would end the session.
    await sessions.end(first.hash, first.expiresAtMs)
    const rotated = await sessions.rotate({ hash: third.hash, next: token(), nowMs: first.expiresAtMs, repeatMs })
    assert.equal(rotated.kind, 'rotated')
  })

  test(`${name}: ending a session makes its token useless; ending it twice, or an unknown one, is fine`, async () => {
    const { sessions, first } = await signedIn()
    await sessions.end(first.hash, createdAtMs)
    await sessions.end(first.hash, createdAtMs)
    await sessions.end('unknown', createdAtMs)
    const rotation = await sessions.rotate({ hash: first.hash, next: token(), nowMs: createdAtMs + 1, repeatMs })
    assert.deepEqual(rotation, { kind: 'gone' })
  })
}

function purgeContract(name: string, open: () => Promise<UserStore>): void {
  test(`${name}: purging forgets the sessions whose last token has expired, and only those`, async () => {
    const { sessions, first } = await signIn(open)
    const kept = token(createdAtMs + 60 * dayMs)
    await sessions.rotate({ hash: first.hash, next: kept, nowMs: createdAtMs + 1, repeatMs })
    // Earlier tests may have left sessions behind: all of theirs expire by this moment.
    await sessions.purge(first.expiresAtMs, 1_000)
    const rotation = await sessions.rotate({ hash: kept.hash, next: kept, nowMs: kept.expiresAtMs, repeatMs })
    assert.deepEqual(rotation, { kind: 'gone' })
    assert.equal(await sessions.purge(kept.expiresAtMs, 1_000), 1)
    assert.equal(await sessions.purge(kept.expiresAtMs, 1_000), 0)
  })
}
