import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { newId } from '@ashlar/kernel'
import { migrate, sql } from '@ashlar/sql'
import { testDatabase } from '@ashlar/sql/testing'
import { PostgresOrderRepository, migrationDirectory, migrationNamespace } from './postgres-repository.ts'
import { nowMs } from './sample-orders.test.support.ts'
import { shipped } from './transitions.ts'

test('orders from before there was fulfilment read back, and are shipped', async (t) => {
  await using database = await testDatabase()
  const { db } = database
  const before = await mkdtemp(join(tmpdir(), 'ashlar-'))
  t.after(() => rm(before, { recursive: true }))
  await cp(join(fileURLToPath(migrationDirectory), '0001-init.sql'), join(before, '0001-init.sql'))
  await migrate(db, { namespace: migrationNamespace, directory: before })
  const [id, userId, productId] = [newId(), newId(), newId()]
  const unitPrice = { amountMinor: 1050, currency: 'EUR' }
  const line = { productId, name: 'Lamp', quantity: 1, unitPrice, categorySlug: 'lamps', colour: '#aabbcc' }
  await db.run(
    sql`insert into orders (id, number, user_id, idempotency_key, status, lines, address, card_token, payment_label,
                            created_at, updated_at, version, lease_epoch)
        values (${id}, 'A', ${userId}, 'key-0001', 'PAID', ${sql.json([line])}, ${sql.json({})}, 'card_1', 'Visa',
                ${sql.time(nowMs)}, ${sql.time(nowMs)}, 1, 1)`,
  )
  await db.run(sql`insert into order_history values (${id}, 1, 'PAID', ${sql.time(nowMs)}, 'Paid.')`)

  await migrate(db, { namespace: migrationNamespace, directory: migrationDirectory })
  const repository = new PostgresOrderRepository(db)
  const [order] = await repository.list(userId, { limit: 1, after: undefined })
  assert.deepEqual([order?.lines, order?.shipment], [[{ ...line, imageHash: '' }], undefined])
  const parcel = { carrier: 'Post', trackingNumber: 'RR-1' }
  assert.equal((await repository.change(id, (now) => shipped(now, parcel, nowMs)))?.status, 'SHIPPED')
  const wrong = db.run(sql`update orders set status = 'LOST'`)
  await assert.rejects(wrong, { code: 'ASHLAR_SQL_CHECK_VIOLATION' })
})
