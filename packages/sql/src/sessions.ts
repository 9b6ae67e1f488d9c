import { abortReason, currentCall, orAborted, type Clock } from '@ashlar/kernel'
import { DatabaseError } from 'pg'
import { throwIfOver } from './call-guard.ts'
import type { Result } from './connection.ts'
import { busy, QueryError } from './errors.ts'
import { queryEnded } from './events.ts'
import type { Pipeline } from './pipeline.ts'
import type { Pool } from './pool.ts'
import { compile, type Command, type Statement } from './statement.ts'
import type { DatabaseStats } from './stats.ts'
import { watchQuery, type Watched } from './watch.ts'

// What these leave behind would be there for everybody else's statements, or needs a connection of one's own.
const privateVerbs = new Set(
  'abort begin commit copy deallocate declare discard end listen lock prepare release reset rollback savepoint set start unlisten'.split(
    ' ',
  ),
)

/** The connections of one database: decides where each statement runs, and counts what is under way. */
export class Sessions {
  readonly #pool: Pool
  readonly #pipelines: readonly Pipeline[]
  readonly #clock: Clock
  readonly #maxInFlight: number
  readonly #drained: (() => void)[] = []
  #inFlight = 0
  #closing: Promise<void> | undefined

  constructor(pool: Pool, pipelines: readonly Pipeline[], clock: Clock, maxInFlight: number) {
    this.#pool = pool
    this.#pipelines = pipelines
    this.#clock = clock
    this.#maxInFlight = maxInFlight
  }

  /** Runs one statement by itself, for as long as the current call lasts. */
  async execute(statement: Statement): Promise<Result> {
    const call = currentCall()
    throwIfOver(call, this.#clock)
    const command = compile(statement)
    if (command.script || privateVerbs.has(command.verb)) {
      throw new TypeError(`sql: ${command.verb || 'a script'} needs a connection of its own; use transaction()`)
    }
    if (command.advice !== undefined) throw new TypeError(`sql: ${command.advice}`)
    const run = (): Promise<Result> => this.count(() => this.#execute(command, call?.signal))
    return queryEnded.hasSubscribers ? watchQuery(this.watched, command, run) : run()
  }

  /** Runs `work` as one of those under way. @throws {BusyError} when they are too many. */
  async count<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= this.#maxInFlight) throw busy(`${this.#maxInFlight} statements are under way`)
    this.#inFlight++
    try {
      return await work()
    } finally {
      this.#inFlight--
      if (this.#inFlight === 0) for (const resolve of this.#drained.splice(0)) resolve()
    }
  }

  /** What its work is told of with. */
  get watched(): Watched {
    return { database: this.#pool.database, clock: this.#clock }
  }

  get stats(): DatabaseStats {
    return {
      inFlight: this.#inFlight,
      maxInFlight: this.#maxInFlight,
      pool: this.#pool.stats,
      pipelines: this.#pipelines.map(({ isConnected, inFlight }) => ({ connected: isConnected, inFlight })),
    }
  }

  /** Resolves when nothing is under way. */
  drained(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#drained.push(resolve)
    })
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all([this.#pool.close(), ...this.#pipelines.map((one) => one.close())]).then(
      () => undefined,
    )
    return this.#closing
  }

  async #execute(command: Command, signal: AbortSignal | undefined): Promise<Result> {
    try {
      return await this.#leastBusy().execute(command, signal)
    } catch (error) {
      if (!wasCutShort(error)) throw error
    }
    if (signal?.aborted === true) throw abortReason(signal)
    return this.#executeAlone(command, signal)
  }

  async #executeAlone(command: Command, signal: AbortSignal | undefined): Promise<Result> {
    const connection = await this.#pool.acquire(signal)
    try {
      return await orAborted(connection.execute(command), signal)
    } finally {
      // When the call is over, the connection is still busy: the pool then breaks it off, and the statement with it.
      this.#pool.release(connection)
    }
  }

  #leastBusy(): Pipeline {
    return this.#pipelines.reduce((best, next) => (next.inFlight < best.inFlight ? next : best))
  }
}

/** Whether the server stopped the statement for the limits that shared connections have; nothing of it was kept. */
function wasCutShort(error: unknown): boolean {
  if (!(error instanceof QueryError) || !(error.cause instanceof DatabaseError)) return false
  // The same code also says that a lock asked for with NOWAIT is taken: that comes from elsewhere in the server.
  return (error.sqlState === '55P03' || error.sqlState === '57014') && error.cause.routine === 'ProcessInterrupts'
}
