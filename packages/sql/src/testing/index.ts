export { installedPostgres, testDatabase, testDatabasesOn, type TestDatabase, type TestScope } from './test-database.ts'
