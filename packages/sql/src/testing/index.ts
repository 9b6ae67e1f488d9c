export { testDatabase, type TestDatabase, type TestScope } from './test-database.ts'
