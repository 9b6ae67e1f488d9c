import { after, before } from 'node:test'
import { migrate, sql } from '@ashlar/sql'
import { testDatabase, type TestDatabase } from '@ashlar/sql/testing'
import { PostgresOrderRepository, migrationDirectory, migrationNamespace } from './postgres-repository.ts'
import { orderRepositoryContract } from './repository-contract.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
  await migrate(database.db, { namespace: migrationNamespace, directory: migrationDirectory })
})
after(() => database[Symbol.asyncDispose]())

orderRepositoryContract('PostgreSQL', async () => {
  await database.db.run(sql`truncate cart, cart_line, orders, order_history`)
  return new PostgresOrderRepository(database.db)
})
