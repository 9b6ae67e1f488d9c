import { abortReason, currentCall, faultPoint, orAborted, type Clock } from '@ashlar/kernel'
import { throwIfOver } from './call-guard.ts'
import type { Connection, Result } from './connection.ts'
import { QueryError } from './errors.ts'
import { queryEnded } from './events.ts'
import { queryable, type Isolation, type Transaction } from './queryable.ts'
import { compile, controlCommand, type Command, type Statement } from './statement.ts'
import { watchQuery, type Watched } from './watch.ts'

/** The transaction itself, or a savepoint in it: what may be used until the next one is opened within it. */
interface Scope {
  readonly depth: number
  // Why the server will not go on, when `work` has passed over a failed statement.
  failure: unknown
  // Called when it has committed; those of a savepoint that is undone never are.
  readonly committed: (() => void)[]
}

/** One transaction on one connection, with the savepoints in it. */
export class TransactionSession {
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #signal: AbortSignal | undefined
  // The call that the transaction is part of; calls within it may end before it does.
  readonly #callSignal = currentCall()?.signal
  readonly #outermost: Scope = { depth: 0, failure: undefined, committed: [] }
  #innermost = this.#outermost
  #ended = false
  #endedEarly = false

  /** @param signal Ends the transaction when it aborts. */
  constructor(connection: Connection, clock: Clock, signal: AbortSignal | undefined) {
    this.#connection = connection
    this.#clock = clock
    this.#signal = signal
  }

  get #watched(): Watched {
    return { database: this.#connection.database, clock: this.#clock }
  }

  get transaction(): Transaction {
    return this.#transactionOf(this.#outermost)
  }

  /** Tells those who asked to be told of the commit. */
  announceCommit(): void {
    for (const listener of this.#outermost.committed) {
      try {
        listener()
      } catch (error) {
        // To reject now would say that there was no commit.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  /** The first statement that failed, or why there was no commit; `undefined` when only the work itself did. */
  get failure(): unknown {
    return this.#outermost.failure
  }

  async begin(isolation: Isolation = 'read committed'): Promise<void> {
    await this.#control(`begin isolation level ${isolation}`)
  }

  async commit(): Promise<void> {
    this.#ended = true
    // To commit what failed is to roll back, which the server does without calling it an error.
    if (this.#endedEarly) throw this.failure
    // The call may have ended since the work did; what is committed now would be reported as cancelled.
    if (this.#signal?.aborted === true) throw abortReason(this.#signal)
    const before = faultPoint('sql:committing')
    if (before !== undefined) await before
    try {
      const { tag } = await this.#control('commit')
      const after = faultPoint('sql:committed')
      if (after !== undefined) await after
      if (tag !== 'COMMIT') throw passedOver('the transaction', this.failure)
    } catch (error) {
      this.#outermost.failure ??= error
      throw error
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

  #transactionOf(scope: Scope): Transaction {
    return {
      ...queryable((statement) => this.#execute(scope, statement)),
      savepoint: (work) => this.#savepoint(scope, work),
      onCommit: (listener) => {
        this.#throwIfElsewhere(scope)
        scope.committed.push(listener)
      },
    }
  }

  async #execute(scope: Scope, statement: Statement): Promise<Result> {
    this.#throwIfElsewhere(scope)
    const call = currentCall()
    throwIfOver(call, this.#clock)
    const command = compile(statement)
    if (command.advice !== undefined) throw new TypeError(`sql: ${command.advice}`)
    // A call within the transaction may end while the transaction goes on: it must not find that statement in its way.
    const own = call?.signal === this.#callSignal ? undefined : call?.signal
    try {
      const result = await (queryEnded.hasSubscribers
        ? watchQuery(this.#watched, command, () => this.#send(command, own))
        : this.#send(command, own))
      if (!result.inTransaction && !this.#ended) {
        this.#endedEarly = true
        this.#ended = true
        throw new QueryError('2D000', 'a statement ended its transaction; that is for transaction() to do')
      }
      return result
    } catch (error) {
      scope.failure ??= error
      if (this.#endedEarly) this.#outermost.failure ??= error
      throw error
    }
  }

  #send(command: Command, own: AbortSignal | undefined): Promise<Result> {
    return orAborted(orAborted(this.#connection.execute(command, own), own), this.#signal)
  }

  async #savepoint<T>(outer: Scope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.#throwIfElsewhere(outer)
    throwIfOver(currentCall(), this.#clock)
    const scope: Scope = { depth: outer.depth + 1, failure: undefined, committed: [] }
    const name = `ashlar_${scope.depth}`
    this.#innermost = scope
    try {
      await this.#control(`savepoint ${name}`)
      const result = await work(this.#transactionOf(scope))
      // The server would release it and say no more of what failed in it.
      if (this.#innermost !== scope) throw new TypeError('savepoint: another is open in it; await that one first')
      await this.#control(`release savepoint ${name}`).catch((error: unknown) => {
        throw scope.failure === undefined ? error : passedOver('the savepoint', scope.failure)
      })
      outer.committed.push(...scope.committed)
      return result
    } catch (error) {
      if (!(await this.#undo(name))) outer.failure ??= scope.failure ?? error
      throw error
    } finally {
      this.#innermost = outer
    }
  }

  /** @returns Whether the transaction can go on as it was before the savepoint. */
  async #undo(name: string): Promise<boolean> {
    if (this.#ended || this.#connection.lost || this.#signal?.aborted === true) return false
    try {
      await this.#control(`rollback to savepoint ${name}`)
      await this.#control(`release savepoint ${name}`)
      return true
    } catch {
      return false
    }
  }

  #throwIfElsewhere(scope: Scope): void {
    if (this.#ended) throw new TypeError('transaction: it has ended; await every statement within its work')
    if (scope === this.#innermost) return
    // What ran here and now would be undone with the savepoint.
    const advice =
      scope.depth < this.#innermost.depth ? 'a savepoint is open in it; use what that was given' : 'it has ended'
    throw new TypeError(`transaction: ${advice}`)
  }

  #control(text: string): Promise<Result> {
    return orAborted(this.#connection.execute(controlCommand(text)), this.#signal)
  }
}

function passedOver(what: string, cause: unknown): QueryError {
  return new QueryError('25P02', `${what} was rolled back, because a statement in it had failed`, { cause })
}
