import { after, before } from 'node:test'
import { migrate, sql } from '@ashlar/sql'
import { testDatabase, type TestDatabase } from '@ashlar/sql/testing'
import { PostgresPaymentRepository, migrationDirectory, migrationNamespace } from './postgres-repository.ts'
import { paymentRepositoryContract } from './repository-contract.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
  await migrate(database.db, { namespace: migrationNamespace, directory: migrationDirectory })
})
after(() => database[Symbol.asyncDispose]())

paymentRepositoryContract('PostgreSQL', async () => {
  await database.db.run(sql`truncate account, payment, payment_attempt, invoice, invoice_counter`)
  return new PostgresPaymentRepository(database.db)
})
