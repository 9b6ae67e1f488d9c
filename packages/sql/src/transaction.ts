import { abortReason, currentCall, orAborted, type Clock } from '@ashlar/kernel'
import { throwIfOver } from './call-guard.ts'
import type { Connection, Result } from './connection.ts'
import { QueryError } from './errors.ts'
import type { Pool } from './pool.ts'
import { queryable, type Isolation, type Transaction, type TransactionOptions } from './queryable.ts'
import { compile, type Command, type Statement } from './statement.ts'

/** Runs `work` in a transaction on a connection of its own. */
export async function runTransaction<T>(
  pool: Pool,
  clock: Clock,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const call = currentCall()
  throwIfOver(call, clock)
  const signal = eitherSignal(call?.signal, options.signal)
  if (options.signal?.aborted === true) throw abortReason(options.signal)
  const connection = await pool.acquire(signal)
  const session = new Session(connection, clock, signal)
  try {
    await session.begin(options.isolation)
    const result = await orAborted(work(queryable((statement) => session.execute(statement))), signal)
    await session.commit()
    return result
  } catch (error) {
    if (signal?.aborted === true) connection.abandon()
    else await session.rollback()
    throw error
  } finally {
    session.end()
    pool.release(connection)
  }
}

class Session {
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #signal: AbortSignal | undefined
  #ended = false
  #endedEarly = false
  // Why the server will not commit, when `work` has passed over a failed statement.
  #failure: unknown

  constructor(connection: Connection, clock: Clock, signal: AbortSignal | undefined) {
    this.#connection = connection
    this.#clock = clock
    this.#signal = signal
  }

  async begin(isolation: Isolation = 'read committed'): Promise<void> {
    await this.#control(`begin isolation level ${isolation}`)
  }

  async execute(statement: Statement): Promise<Result> {
    if (this.#ended) throw new TypeError('transaction: it has ended; await every statement within its work')
    throwIfOver(currentCall(), this.#clock)
    const command = compile(statement)
    if (command.advice !== undefined) throw new TypeError(`sql: ${command.advice}`)
    try {
      const result = await orAborted(this.#connection.execute(command), this.#signal)
      if (!result.inTransaction && !this.#ended) {
        this.#endedEarly = true
        this.#ended = true
        throw new QueryError('2D000', 'a statement ended its transaction; that is for transaction() to do')
      }
      return result
    } catch (error) {
      this.#failure ??= error
      throw error
    }
  }

  async commit(): Promise<void> {
    this.#ended = true
    // To commit what failed is to roll back, which the server does without calling it an error.
    if (this.#endedEarly) throw this.#failure
    // The call may have ended since the work did; what is committed now would be reported as cancelled.
    if (this.#signal?.aborted === true) throw abortReason(this.#signal)
    const { tag } = await this.#control('commit')
    if (tag !== 'COMMIT') {
      throw new QueryError('25P02', 'the transaction was rolled back, because a statement in it had failed', {
        cause: this.#failure,
      })
    }
  }

  async rollback(): Promise<void> {
    this.#ended = true
    if (this.#connection.lost || this.#connection.idle) return
    try {
      await this.#control('rollback')
    } catch {
      // The connection is not idle then, so the pool throws it away, and the server rolls back.
    }
  }

  end(): void {
    this.#ended = true
  }

  #control(text: string): Promise<Result> {
    const command: Command = { text, name: undefined, values: [], verb: '', advice: undefined, script: false }
    return orAborted(this.#connection.execute(command), this.#signal)
  }
}

function eitherSignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return AbortSignal.any([one, other])
}
