import type { Closeable } from '@ashlar/kernel'
import type { Result } from './connection.ts'
import { RowCountError } from './errors.ts'
import type { Statement } from './statement.ts'

/**
 * What statements are run on. Each honours the current call: it is not started once the deadline has passed or the
 * signal has aborted, and rejects as soon as either happens.
 */
export interface Queryable {
  /** All rows. */
  rows<Row>(statement: Statement<Row>): Promise<Row[]>
  /** The only row. @throws {RowCountError} when there is none or more than one. */
  one<Row>(statement: Statement<Row>): Promise<Row>
  /** The only row, or `undefined`. @throws {RowCountError} when there is more than one. */
  maybe<Row>(statement: Statement<Row>): Promise<Row | undefined>
  /** How many rows were affected. */
  run(statement: Statement): Promise<number>
}

/** A transaction in progress; of no use after the work that it was given to has ended. */
export type Transaction = Queryable

export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

export interface TransactionOptions {
  /** @default 'read committed' */
  readonly isolation?: Isolation
  /** Rolls back when it aborts, besides the current call's signal. */
  readonly signal?: AbortSignal
}

/** A database: statements of their own on a connection that all callers share, transactions on private ones. */
export interface Database extends Queryable, Closeable {
  /**
   * Runs `work` in a transaction: committed when it resolves, rolled back when it rejects or the call is over. `work`
   * must use the transaction it is given: statements on the database itself are not part of it.
   * @throws what `work` throws; {@link SerializationError} when it should be run again as a whole.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Resolves when the server answers. */
  ping(): Promise<void>
}

/** The four ways to ask, on top of one way to execute. */
export function queryable(execute: (statement: Statement) => Promise<Result>): Queryable {
  const rows = async <Row>(statement: Statement<Row>): Promise<Row[]> => (await execute(statement)).rows as Row[]
  return {
    rows,
    async one<Row>(statement: Statement<Row>) {
      const found = await rows(statement)
      if (found.length !== 1) throw new RowCountError('exactly one', found.length)
      return found[0] as Row
    },
    async maybe<Row>(statement: Statement<Row>) {
      const found = await rows(statement)
      if (found.length > 1) throw new RowCountError('at most one', found.length)
      return found[0]
    },
    run: async (statement) => (await execute(statement)).count,
  }
}
