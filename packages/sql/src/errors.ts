import { AshlarError, unreachableRow, withoutStack, type EdgeRow } from '@ashlar/kernel'

/** The server cannot be reached, is starting or stopping, or the connection was lost. */
export class UnavailableError extends AshlarError {
  readonly code = 'ASHLAR_SQL_UNAVAILABLE' as const
  readonly retryable = true
  /** `host:port` */
  readonly server: string
  /** Whether the statement had been sent, so that it may or may not have taken effect. */
  readonly mayHaveRun: boolean

  constructor(server: string, message: string, options: ErrorOptions & { mayHaveRun?: boolean } = {}) {
    super(message, options)
    this.server = server
    this.mayHaveRun = options.mayHaveRun ?? false
  }
}

/** All connections are in use, and so many callers wait for one, or one has waited so long, that no more may. */
export class BusyError extends AshlarError {
  readonly code = 'ASHLAR_SQL_BUSY' as const
  readonly retryable = true
}

/** The URL, the database, the role or the password is wrong: nothing will work until somebody corrects it. */
export class DatabaseConfigError extends AshlarError {
  readonly code = 'ASHLAR_SQL_CONFIG' as const
  readonly retryable = false
}

/** A row with this key exists. */
export class UniqueViolationError extends AshlarError {
  readonly code = 'ASHLAR_SQL_UNIQUE_VIOLATION' as const
  readonly retryable = false
  readonly constraint: string

  constructor(constraint: string, options?: ErrorOptions) {
    super(`a row with this key exists already (constraint ${constraint})`, options)
    this.constraint = constraint
  }
}

/** The row refers to one that does not exist, or is referred to by one that does. */
export class ForeignKeyViolationError extends AshlarError {
  readonly code = 'ASHLAR_SQL_FOREIGN_KEY_VIOLATION' as const
  readonly retryable = false
  readonly constraint: string

  constructor(constraint: string, options?: ErrorOptions) {
    super(`a row that this one refers to, or that refers to it, is in the way (constraint ${constraint})`, options)
    this.constraint = constraint
  }
}

/** The row breaks a rule that the table states. */
export class CheckViolationError extends AshlarError {
  readonly code = 'ASHLAR_SQL_CHECK_VIOLATION' as const
  readonly retryable = false
  readonly constraint: string

  constructor(constraint: string, options?: ErrorOptions) {
    super(`the row does not meet constraint ${constraint}`, options)
    this.constraint = constraint
  }
}

/** Another transaction got in between, or each waited for the other: run the whole transaction again. */
export class SerializationError extends AshlarError {
  readonly code = 'ASHLAR_SQL_SERIALIZATION' as const
  readonly retryable = true
}

/** PostgreSQL refused the statement for any other reason. */
export class QueryError extends AshlarError {
  readonly code = 'ASHLAR_SQL_QUERY' as const
  readonly retryable = false
  /** PostgreSQL's five characters: `42P01` is an unknown table. */
  readonly sqlState: string

  constructor(sqlState: string, message: string, options?: ErrorOptions) {
    super(`${message} (SQLSTATE ${sqlState})`, options)
    this.sqlState = sqlState
  }
}

/** `one` or `maybe` got another number of rows than they promise. */
export class RowCountError extends AshlarError {
  readonly code = 'ASHLAR_SQL_ROW_COUNT' as const
  readonly retryable = false
  readonly expected: string
  readonly actual: number

  constructor(expected: string, actual: number) {
    super(`the statement returned ${actual} rows where ${expected} was expected`)
    this.expected = expected
    this.actual = actual
  }
}

/** A migration that was applied is not what its file says now. */
export class MigrationChangedError extends AshlarError {
  readonly code = 'ASHLAR_SQL_MIGRATION_CHANGED' as const
  readonly retryable = false
  readonly file: string

  constructor(file: string, what: string) {
    super(`migration ${file} ${what} after it was applied; restore it and add a new migration instead`)
    this.file = file
  }
}

/** The migration files do not form the sequence 0001, 0002, ..., or do not fit what was applied. */
export class MigrationOrderError extends AshlarError {
  readonly code = 'ASHLAR_SQL_MIGRATION_ORDER' as const
  readonly retryable = false
}

/** A migration's SQL failed; nothing of it was kept. */
export class MigrationFailedError extends AshlarError {
  readonly code = 'ASHLAR_SQL_MIGRATION_FAILED' as const
  readonly retryable = false
  readonly file: string

  /** @param line Where in the file, when the server says. */
  constructor(file: string, cause: unknown, line?: number) {
    super(
      `migration ${file}${line === undefined ? '' : `, line ${line},`} failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
    this.file = file
  }
}

/** What callers are told of this package's errors. Those that are absent are internal: they may hold SQL. */
export const sqlEdgeRows: Readonly<Record<string, EdgeRow>> = {
  ASHLAR_SQL_UNAVAILABLE: unreachableRow,
  ASHLAR_SQL_BUSY: unreachableRow,
}

/** A refusal because the limit is reached; cheap, since there may be many. */
export function busy(message: string): BusyError {
  return withoutStack(() => new BusyError(message))
}

/** For use after this process has closed the database itself. */
export function closedError(server: string): UnavailableError {
  return new UnavailableError(server, `the database at ${server} has been closed by this process`)
}
