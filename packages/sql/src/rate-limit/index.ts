export { migrateRateLimits, postgresScripts, type PostgresScripts } from './postgres-scripts.ts'
