export { sqlActions, type SqlActionsOptions } from './actions/index.ts'
export { openDatabase, type DatabaseOptions } from './database.ts'
export {
  BusyError,
  CheckViolationError,
  DatabaseConfigError,
  ForeignKeyViolationError,
  MigrationChangedError,
  MigrationFailedError,
  MigrationOrderError,
  QueryError,
  RowCountError,
  SerializationError,
  sqlEdgeRows,
  UnavailableError,
  UniqueViolationError,
} from './errors.ts'
export { migrate, type MigrateOptions, type MigrateResult } from './migrate.ts'
export type { EncodedValue, SqlValue } from './parameters.ts'
export {
  connectionAcquired,
  queryEnded,
  transactionEnded,
  transactionRetried,
  type ConnectionAcquired,
  type QueryEnded,
  type TransactionEnded,
  type TransactionRetried,
} from './events.ts'
export type {
  Database,
  Isolation,
  Queryable,
  Transaction,
  TransactionOptions,
  TransactionRetry,
  TransactionRun,
} from './queryable.ts'
export { sql, type Sql } from './sql.ts'
export type { Statement } from './statement.ts'
export type { DatabaseStats, PoolStats } from './stats.ts'
export type { UnnestColumns, UnnestRow, UnnestTypes } from './unnest.ts'
