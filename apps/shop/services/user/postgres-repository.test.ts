import { after, before } from 'node:test'
import { migrate } from '@ashlar/sql'
import { testDatabase, type TestDatabase } from '@ashlar/sql/testing'
import { migrationDirectory, migrationNamespace, postgresUserStore } from './postgres-repository.ts'
import { userStoreContract } from './repository-contract.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
  await migrate(database.db, { namespace: migrationNamespace, directory: migrationDirectory })
})
after(() => database[Symbol.asyncDispose]())

userStoreContract('postgres', async () => postgresUserStore(database.db))
