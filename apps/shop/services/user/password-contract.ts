import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidGenerator } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import type { OutboxMessage } from '@ashlar/sql/outbox'
import type { UserStore } from './repository.ts'
import type { User } from './user.ts'

/** A store, and what comes out of its outbox. */
export interface PasswordHarness {
  readonly store: UserStore
  /** Resolves when the message of this id has been delivered. */
  readonly delivered: (id: string) => Promise<OutboxMessage>
}

const newId = uuidGenerator({ clock: new VirtualClock(), random: seededRandom(11) })
const nowMs = 1_767_225_600_123
const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** What every {@link UserStore} promises about passwords that change. It need not be empty. */
export function passwordContract(name: string, open: () => Promise<PasswordHarness>): void {
  const registered = async () => {
    const harness = await open()
    const id = newId()
    const user: User = {
      id,
      email: `${id}@example.com`,
      displayName: 'Ann',
      address: undefined,
      createdAtMs: nowMs,
      role: 'customer',
    }
    await harness.store.users.insert({ user, passwordHash: 'old', registrationKeyHash: undefined })
    return { ...harness, ...harness.store, user }
  }
  const request = (email: string, atMs = nowMs) => ({
    id: newId(),
    email,
    nowMs: atMs,
    expiresAtMs: atMs + 30 * minuteMs,
    sinceMs: atMs - hourMs,
    maxRequests: 3,
  })
  const signIn = async ({ sessions }: UserStore, userId: string, passwordHash: string) => {
    const token = { hash: newId(), expiresAtMs: nowMs + 30 * 24 * hourMs }
    assert.equal(await sessions.start({ id: newId(), userId, passwordHash, token, nowMs }), true)
    return async () => {
      const next = { ...token, hash: newId() }
      return (await sessions.rotate({ hash: token.hash, next, nowMs, repeatMs: 0 })).kind
    }
  }

  test(`${name}: a changed password ends every session of the customer, and of nobody else`, async () => {
    const [ann, bea] = [await registered(), await registered()]
    const [first, second] = [await signIn(ann.store, ann.user.id, 'old'), await signIn(ann.store, ann.user.id, 'old')]
    const others = await signIn(bea.store, bea.user.id, 'old')
    const change = { userId: ann.user.id, from: 'old', to: 'new', nowMs }
    assert.equal(await ann.passwords.change(change), true)
    assert.deepEqual([await first(), await second(), await others()], ['gone', 'gone', 'rotated'])
    assert.equal((await ann.users.find(ann.user.id))?.passwordHash, 'new')
    assert.equal(await ann.passwords.change(change), false, 'it is no longer the old one')
  })

  test(`${name}: who signs in while the password changes has no session that outlives the old one`, async () => {
    const { sessions, passwords, user } = await registered()
    const token = () => ({ hash: newId(), expiresAtMs: nowMs + hourMs })
    const started: string[] = []
    const start = async () => {
      const first = token()
      const session = { id: newId(), userId: user.id, passwordHash: 'old', token: first, nowMs }
      if (await sessions.start(session)) started.push(first.hash)
    }
    const change = passwords.change({ userId: user.id, from: 'old', to: 'new', nowMs })
    await Promise.all([...Array.from({ length: 10 }, start), change, ...Array.from({ length: 10 }, start)])
    for (const hash of started) {
      assert.equal((await sessions.rotate({ hash, next: token(), nowMs, repeatMs: 0 })).kind, 'gone')
    }
  })

  test(`${name}: of changes from one password at once exactly one is made`, async () => {
    const { passwords, users, user } = await registered()
    const all = Array.from({ length: 8 }, (_, index) => ({ userId: user.id, from: 'old', to: `new ${index}`, nowMs }))
    const made = await Promise.all(all.map((change) => passwords.change(change)))
    assert.equal(made.filter(Boolean).length, 1)
    assert.equal((await users.find(user.id))?.passwordHash, `new ${made.indexOf(true)}`)
  })

  test(`${name}: a request is told to the outbox, and armed, its token sets a password once and ends all`, async () => {
    const { store, passwords, user, delivered } = await registered()
    const session = await signIn(store, user.id, 'old')
    const asked = request(user.email)
    await passwords.requestReset(asked)
    const message = await delivered(asked.id)
    assert.ok(!JSON.stringify(message).includes(user.email), 'the message names nobody')
    const tokenHash = newId()
    assert.equal(await passwords.isResetLive(tokenHash, nowMs), false)
    assert.deepEqual(await passwords.armReset(asked.id, tokenHash, nowMs), { email: user.email })
    assert.equal(await passwords.isResetLive(tokenHash, nowMs), true)
    const reset = { tokenHash, passwordHash: 'new', nowMs }
    assert.equal(await passwords.reset(reset), user.id)
    assert.equal((await store.users.find(user.id))?.passwordHash, 'new')
    assert.equal(await session(), 'gone')
    assert.equal(await passwords.isResetLive(tokenHash, nowMs), false)
    assert.equal(await passwords.reset({ ...reset, passwordHash: 'newer' }), undefined)
    assert.equal(await passwords.armReset(asked.id, newId(), nowMs), undefined, 'what is used is not made again')
    assert.equal((await store.users.find(user.id))?.passwordHash, 'new')
  })

  test(`${name}: of many that use one token at once exactly one succeeds`, async () => {
    const { passwords, users, user } = await registered()
    const asked = request(user.email)
    await passwords.requestReset(asked)
    const tokenHash = newId()
    await passwords.armReset(asked.id, tokenHash, nowMs)
    const hashes = Array.from({ length: 8 }, (_, index) => `new ${index}`)
    const used = await Promise.all(hashes.map((passwordHash) => passwords.reset({ tokenHash, passwordHash, nowMs })))
    assert.deepEqual(
      used.filter((one) => one !== undefined),
      [user.id],
    )
    assert.equal((await users.find(user.id))?.passwordHash, hashes[used.indexOf(user.id)])
  })

  test(`${name}: a token lives until the request expires; armed again, only the newer one works`, async () => {
    const { passwords, user } = await registered()
    const asked = request(user.email)
    await passwords.requestReset(asked)
    const [first, second, lastMs] = [newId(), newId(), asked.expiresAtMs - 1]
    await passwords.armReset(asked.id, first, nowMs)
    assert.ok(await passwords.armReset(asked.id, second, lastMs))
    assert.deepEqual(
      [await passwords.isResetLive(first, lastMs), await passwords.isResetLive(second, lastMs)],
      [false, true],
    )
    assert.equal(await passwords.isResetLive(second, asked.expiresAtMs), false)
    const late = { tokenHash: second, passwordHash: 'new', nowMs: asked.expiresAtMs }
    assert.equal(await passwords.reset(late), undefined)
    assert.equal(await passwords.armReset(asked.id, newId(), asked.expiresAtMs), undefined)
  })

  test(`${name}: a newer request replaces the one before, a change of the password all of them`, async () => {
    const { passwords, user } = await registered()
    const [older, newer] = [request(user.email), request(user.email)]
    const [oldHash, newHash] = [newId(), newId()]
    await passwords.requestReset(older)
    await passwords.armReset(older.id, oldHash, nowMs)
    await passwords.requestReset(newer)
    assert.equal(await passwords.isResetLive(oldHash, nowMs), false)
    assert.equal(await passwords.armReset(older.id, newId(), nowMs), undefined)
    await passwords.armReset(newer.id, newHash, nowMs)
    assert.equal(await passwords.isResetLive(newHash, nowMs), true)
    await passwords.change({ userId: user.id, from: 'old', to: 'new', nowMs })
    assert.equal(await passwords.isResetLive(newHash, nowMs), false)
  })

  test(`${name}: beyond the most in an hour a request changes nothing, but its message is put all the same`, async () => {
    const { passwords, user, delivered } = await registered()
    const all = Array.from({ length: 5 }, () => request(user.email))
    await Promise.all(all.map((one) => passwords.requestReset(one)))
    for (const { id } of all) await delivered(id)
    const armed: string[] = []
    for (const { id } of all) if (await passwords.armReset(id, newId(), nowMs)) armed.push(id)
    assert.equal(armed.length, 1, 'the last of the three that counted')
    const later = request(user.email, nowMs + hourMs)
    await passwords.requestReset(later)
    assert.ok(await passwords.armReset(later.id, newId(), nowMs + hourMs), 'an hour later they no longer count')
    assert.equal(await passwords.armReset(armed[0] as string, newId(), nowMs), undefined)
  })

  test(`${name}: for an address that nobody has, the message is all there is`, async () => {
    const { passwords, delivered } = await registered()
    const asked = request(`${newId()}@example.com`)
    await passwords.requestReset(asked)
    assert.equal((await delivered(asked.id)).id, asked.id)
    assert.equal(await passwords.armReset(asked.id, newId(), nowMs), undefined)
  })

  test(`${name}: purging forgets the requests that no longer count, and only those`, async () => {
    const { passwords, user } = await registered()
    // Earlier tests have left some behind, all of them before this.
    const [old, young] = [request(user.email, nowMs + 2 * hourMs), request(user.email, nowMs + 3 * hourMs)]
    await passwords.purgeResets(old.nowMs, 1_000)
    await passwords.requestReset(old)
    await passwords.requestReset(young)
    assert.equal(await passwords.purgeResets(young.nowMs, 1_000), 1)
    assert.equal(await passwords.purgeResets(young.nowMs, 1_000), 0)
    assert.ok(await passwords.armReset(young.id, newId(), young.nowMs))
  })
}
