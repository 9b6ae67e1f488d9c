import { after, before } from 'node:test'
import { migrate, sql } from '@ashlar/sql'
import { testDatabase, type TestDatabase } from '@ashlar/sql/testing'
import { PostgresLedgerRepository, migrationDirectory, migrationNamespace } from './postgres-repository.ts'
import { ledgerContract } from './repository-contract.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
  await migrate(database.db, { namespace: migrationNamespace, directory: migrationDirectory })
})
after(() => database[Symbol.asyncDispose]())

ledgerContract('PostgreSQL', async () => {
  await database.db.run(sql`truncate card, charge, refund`)
  return new PostgresLedgerRepository(database.db)
})
