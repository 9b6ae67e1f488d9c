import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate, sql } from '@ashlar/sql'
import { testDatabase } from '@ashlar/sql/testing'
import { migrateProductStore, postgresProductStore } from './postgres-repository.ts'
import { testId } from './product-fixture.test.support.ts'

test('postgres: what was sold before recommendations were counted is counted by the migration, and may still be returned', async (t) => {
  const { db } = await testDatabase(t)
  const directory = await mkdtemp(join(tmpdir(), 'shop-migrations-'))
  t.after(() => rm(directory, { recursive: true }))
  for (const file of ['0001-init.sql', '0002-merchants.sql']) {
    await copyFile(new URL(`./migrations/${file}`, import.meta.url), join(directory, file))
  }
  await migrate(db, { namespace: 'product', directory })
  await db.run(sql`insert into category values ('mugs', 'Mugs', 1)`)
  const ids = Array.from({ length: 21 }, testId)
  for (const id of ids) {
    await db.run(sql`
      insert into product values (${id}, ${id}, 'Mug', 'Nobody', 'mugs', 'Mugs', '', 1990, 'EUR', '[]', 40, 10, '#aabbcc', now())`)
    await db.run(sql`insert into stock (product_id, initial, available, sold) values (${id}, 100, 90, 10)`)
  }
  const [a, b, c] = ids as [string, string, string]
  const reserved = async (state: string, products: readonly string[]): Promise<string> => {
    const [id, lines] = [testId(), products.map((productId) => ({ productId, quantity: 1 }))]
    await db.run(sql`insert into reservation values (${id}, ${state}, ${sql.json(lines)}, now(), now())`)
    return id
  }
  const sold = [await reserved('committed', [a, b]), await reserved('committed', [a, b, c])]
  for (const state of ['held', 'returned', 'released']) await reserved(state, [b, c])
  const large = await reserved('committed', ids)

  await migrateProductStore(db)
  const { stock, recommendations } = postgresProductStore(db)
  const besides = async (productId: string, minOrders: number): Promise<readonly string[]> =>
    (await recommendations.alsoBought(productId, { minOrders, limit: 100 })).map(({ id }) => id)
  assert.deepEqual([await besides(a, 1), await besides(a, 2), await besides(a, 3)], [[b, c], [b], []])
  assert.deepEqual([await besides(c, 1), await besides(c, 2)], [[a, b].toSorted(), []])
  // Sold meanwhile by a process of the release before, which counts nothing.
  const uncounted = await reserved('committed', [a, b])
  for (const id of [large, ...sold, uncounted]) assert.equal(await stock.returnSold(id, 0), 'returned')
  assert.deepEqual([await besides(a, 1), await besides(c, 1)], [[], []])
})
