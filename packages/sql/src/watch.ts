import { childTrace, currentCall, parentSpanId, runInTrace, type Clock } from '@ashlar/kernel'
import { DatabaseError } from 'pg'
import type { Connection, Result } from './connection.ts'
import { connectionAcquired, queryEnded, transactionEnded } from './events.ts'
import type { Command } from './statement.ts'
import type { Work } from './transaction.ts'

// To be asked for only when somebody listens: each reads the clock twice, and makes a place in the trace.

/** Where the work is done, and by which clock. */
export interface Watched {
  readonly database: string
  readonly clock: Clock
}

/** Runs a statement, and reports what came of it. */
export async function watchQuery(
  { database, clock }: Watched,
  { summary }: Command,
  execute: () => Promise<Result>,
): Promise<Result> {
  const parent = currentCall()?.trace
  const startedMs = clock.now()
  let rows: number | undefined
  let error: unknown
  let sqlState: string | undefined
  try {
    const result = await execute()
    rows = result.count
    return result
  } catch (thrown) {
    error = told(thrown)
    sqlState = sqlStateOf(thrown)
    throw thrown
  } finally {
    queryEnded.publish({
      name: summary,
      database,
      rows,
      durationMs: clock.now() - startedMs,
      trace: parent === undefined ? undefined : childTrace(parent),
      parentSpanId: parent === undefined ? undefined : parentSpanId(parent),
      error,
      sqlState,
    })
  }
}

/** Runs a transaction, its work at a place of its own in the trace, and reports what came of it. */
export async function watchTransaction<T>(
  { database, clock }: Watched,
  work: Work<T>,
  run: (work: Work<T>) => Promise<T>,
): Promise<T> {
  const parent = currentCall()?.trace
  const trace = parent === undefined ? undefined : childTrace(parent)
  const startedMs = clock.now()
  let runs = 0
  let outcome: 'committed' | 'failed' = 'committed'
  let error: unknown
  try {
    return await run((transaction, which) => {
      runs = which.attempt
      return trace === undefined ? work(transaction, which) : runInTrace(trace, () => work(transaction, which))
    })
  } catch (thrown) {
    outcome = 'failed'
    error = told(thrown)
    throw thrown
  } finally {
    transactionEnded.publish({
      database,
      outcome,
      runs,
      durationMs: clock.now() - startedMs,
      trace,
      parentSpanId: parent === undefined ? undefined : parentSpanId(parent),
      error,
    })
  }
}

/** Asks for a private connection, and reports how long that took. */
export async function watchAcquire(
  { database, clock }: Watched,
  acquire: () => Promise<Connection>,
): Promise<Connection> {
  const startedMs = clock.now()
  let error: unknown
  try {
    return await acquire()
  } catch (thrown) {
    error = told(thrown)
    throw thrown
  } finally {
    connectionAcquired.publish({ database, waitMs: clock.now() - startedMs, error })
  }
}

/** A text that was thrown could be anything; text in an event is a code. */
function told(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown : typeof thrown
}

function sqlStateOf(thrown: unknown): string | undefined {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  return cause instanceof DatabaseError ? cause.code : undefined
}
