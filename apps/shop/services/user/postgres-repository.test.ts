import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeAll, newId, type Closeable } from '@ashlar/kernel'
import { sql } from '@ashlar/sql'
import { openLeases } from '@ashlar/sql/lease'
import { createOutbox } from '@ashlar/sql/outbox'
import { testDatabase, type TestDatabase } from '@ashlar/sql/testing'
import { openWake } from '@ashlar/sql/wake'
import { Inbox } from './inbox.test.support.ts'
import { passwordContract } from './password-contract.ts'
import { migrateUsers, postgresUserStore } from './postgres-repository.ts'
import { userStoreContract } from './repository-contract.ts'
import type { UserStore } from './repository.ts'

const inbox = new Inbox()
let database: TestDatabase
let store: UserStore
let parts: Closeable[]
before(async () => {
  database = await testDatabase()
  const { db, url } = database
  await migrateUsers(db)
  const leases = openLeases({ db, name: 'test' })
  const wake = openWake({ url })
  const outbox = createOutbox({ db, wake, leases })
  store = postgresUserStore(db, outbox)
  parts = [database, wake, leases, outbox.relay(inbox.take)]
})
after(() => closeAll(parts).close())

userStoreContract('postgres', async () => store)
passwordContract('postgres', async () => ({ store, delivered: (id) => inbox.delivered(id) }))

test('postgres: who signs in while a change of the password is about to commit waits for it, and is refused', async () => {
  const { db } = database
  const id = newId()
  const createdAtMs = 1_767_225_600_123
  const email = `${id}@example.com`
  const user = { id, email, displayName: 'Ann', address: undefined, createdAtMs, role: 'customer' } as const
  await store.users.insert({ user, passwordHash: 'old', registrationKeyHash: undefined })
  const token = { hash: newId(), expiresAtMs: createdAtMs }
  const session = { id: newId(), userId: id, passwordHash: 'old', token, nowMs: createdAtMs }
  const waiting = sql<{ count: number }>`
    select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  const start: { result?: boolean } = {}
  let starting: Promise<void> | undefined
  await db.transaction(async (tx) => {
    await tx.run(sql`update customer set password_hash = 'new' where id = ${id}`)
    starting = store.sessions.start(session).then((result) => void (start.result = result))
    while (start.result === undefined && (await tx.one(waiting)).count === 0);
  })
  await starting
  assert.equal(start.result, false)
})
