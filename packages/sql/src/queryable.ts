import type { Closeable } from '@ashlar/kernel'
import type { Result } from './connection.ts'
import { RowCountError } from './errors.ts'
import type { Statement } from './statement.ts'
import type { DatabaseStats } from './stats.ts'

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
export interface Transaction extends Queryable {
  /**
   * Runs `work` as a part that can fail alone: when it rejects, what it wrote is undone, and the transaction can go on.
   * Until it has settled, only the transaction that it is given may be used; one savepoint at a time.
   * @throws what `work` throws.
   */
  savepoint<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  /**
   * Calls `listener` when the transaction has committed; never when it has not, or when nobody can say. A process that
   * dies in between calls nobody, so this is for what may be lost: hints, counters. What it throws is an uncaught
   * exception: the transaction has committed all the same.
   */
  onCommit(listener: () => void): void
}

/** Which run of a transaction's work this is. */
export interface TransactionRun {
  /** 1 for the first. */
  readonly attempt: number
}

/** How often to run a transaction again that the server could not order among its neighbours. */
export interface TransactionRetry {
  /** Runs in total, the first included. */
  readonly maxAttempts: number
  /** The delay after run n is uniform in the upper half of [0, min(maxDelayMs, baseDelayMs * 2^(n-1))]. @default 5 */
  readonly baseDelayMs?: number
  /** @default 500 */
  readonly maxDelayMs?: number
}

export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

export interface TransactionOptions {
  /** @default 'read committed' */
  readonly isolation?: Isolation
  /** Rolls back when it aborts, besides the current call's signal. */
  readonly signal?: AbortSignal
  /**
   * Runs `work` again, from the start and in a new transaction, after a serialization failure or a deadlock (SQLSTATE
   * 40001 and 40P01) and nothing else. What `work` does besides the transaction is then done again too.
   * @default once
   */
  readonly retry?: TransactionRetry
}

/** A database: statements of their own on a connection that all callers share, transactions on private ones. */
export interface Database extends Queryable, Closeable {
  /**
   * Runs `work` in a transaction: committed when it resolves, rolled back when it rejects or the call is over. `work`
   * must use the transaction it is given: statements on the database itself are not part of it.
   *
   * A call within it whose deadline passes has its statement stopped on the server. That fails the transaction, or the
   * savepoint that it ran in.
   *
   * A connection that is lost, or a call that ends, while the commit is under way leaves it unknown whether there was
   * one (`UnavailableError.mayHaveRun`), so such a transaction is never run again by itself: do that with a key that
   * tells, as `@ashlar/sql/dedupe` does.
   * @throws what `work` throws; {@link SerializationError} when it should be run again as a whole.
   */
  transaction<T>(
    work: (transaction: Transaction, run: TransactionRun) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>
  /** Resolves when the server answers. */
  ping(): Promise<void>
  /** What its connections do now. */
  stats(): DatabaseStats
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
