import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../shared/log.ts'
import { accountsFixture } from './accounts-fixture.test.support.ts'
import { purging } from './purging.ts'

const ann = { email: 'ann@example.com', password: 'correct horse battery', displayName: 'Ann' }
const dayMs = 86_400_000

test('thousands of sessions that have expired are all forgotten in one round, and those that live are not', async () => {
  await using fixture = await accountsFixture()
  const { accounts, clock, store } = fixture
  const { user } = await accounts.register(ann)
  const passwordHash = (await store.users.find(user.id))?.passwordHash ?? ''
  const start = async (id: string): Promise<void> => {
    const nowMs = clock.wall()
    const token = { hash: id, expiresAtMs: nowMs + 30 * dayMs }
    await store.sessions.start({ id, userId: user.id, passwordHash, token, nowMs })
  }
  for (let count = 0; count < 2_500; count++) await start(`old ${count}`)
  await clock.advance(30 * dayMs)
  const living = await accounts.login(ann)
  const service = purging({ store, clock, log: silentLog })
  await clock.advance(600_000)
  assert.equal(await store.sessions.purge(clock.wall(), 1), 0)
  assert.ok(await accounts.refresh(living.refreshToken))
  await service[Symbol.asyncDispose]()
})
