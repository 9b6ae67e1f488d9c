import {
  abortReason,
  backoffDelayMs,
  currentCall,
  hasCode,
  orAborted,
  remainingMs,
  sleep,
  type Clock,
  type Random,
} from '@ashlar/kernel'
import { throwIfOver } from './call-guard.ts'
import { transactionRetried } from './events.ts'
import type { Pool } from './pool.ts'
import type { Transaction, TransactionOptions, TransactionRun } from './queryable.ts'
import { TransactionSession } from './transaction-session.ts'

/** What a transaction is given to. */
export type Work<T> = (transaction: Transaction, run: TransactionRun) => Promise<T>

/** What transactions are run with. */
export interface TransactionTools {
  readonly pool: Pool
  readonly clock: Clock
  readonly random: Random
}

/** Runs `work` in a transaction on a connection of its own, and again when the server asks for that. */
export async function runTransaction<T>(
  tools: TransactionTools,
  work: Work<T>,
  options: TransactionOptions,
): Promise<T> {
  const { clock, random } = tools
  const { maxAttempts = 1, baseDelayMs = 5, maxDelayMs = 500 } = options.retry ?? {}
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) {
    throw new RangeError(`transaction: retry.maxAttempts must be 1 or more, got ${maxAttempts}`)
  }
  const signal = eitherSignal(currentCall()?.signal, options.signal)
  for (let attempt = 1; ; attempt++) {
    const outcome = await runOnce(tools, (transaction) => work(transaction, { attempt }), options, signal)
    if (outcome.kind === 'committed') {
      outcome.session.announceCommit()
      return outcome.value
    }
    const delayMs = backoffDelayMs(attempt, { baseDelayMs, maxDelayMs, random })
    const leftMs = remainingMs(currentCall(), clock) ?? Infinity
    if (!outcome.again || attempt >= maxAttempts || delayMs >= leftMs) throw outcome.error
    if (transactionRetried.hasSubscribers) transactionRetried.publish({ attempt, delayMs, error: outcome.error })
    await sleep(clock, delayMs, { signal })
  }
}

type Outcome<T> =
  | { readonly kind: 'committed'; readonly value: T; readonly session: TransactionSession }
  | { readonly kind: 'failed'; readonly error: unknown; readonly again: boolean }

async function runOnce<T>(
  { pool, clock }: TransactionTools,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactionOptions,
  signal: AbortSignal | undefined,
): Promise<Outcome<T>> {
  throwIfOver(currentCall(), clock)
  if (options.signal?.aborted === true) throw abortReason(options.signal)
  const connection = await pool.acquire(signal)
  const session = new TransactionSession(connection, clock, signal)
  try {
    await session.begin(options.isolation)
    const value = await orAborted(work(session.transaction), signal)
    await session.commit()
    return { kind: 'committed', value, session }
  } catch (error) {
    if (signal?.aborted === true) connection.abandon()
    else await session.rollback()
    // By what the server said in this transaction: the same code in what `work` throws may be another database's.
    const again = hasCode(session.failure, 'ASHLAR_SQL_SERIALIZATION') && signal?.aborted !== true
    return { kind: 'failed', error, again }
  } finally {
    session.end()
    pool.release(connection)
  }
}

function eitherSignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return AbortSignal.any([one, other])
}
