import { currentCall, hasCode, orAborted, systemClock, systemRandom, type Clock, type Random } from '@ashlar/kernel'
import { throwIfOver } from './call-guard.ts'
import { Connector } from './connector.ts'
import { UnavailableError } from './errors.ts'
import { transactionEnded } from './events.ts'
import { Pipeline } from './pipeline.ts'
import { Pool } from './pool.ts'
import { queryable, type Database } from './queryable.ts'
import { sql } from './sql.ts'
import { Sessions } from './sessions.ts'
import { parseTarget } from './target.ts'
import { runTransaction, type TransactionTools } from './transaction.ts'
import { watchTransaction } from './watch.ts'

export interface DatabaseOptions {
  /** `postgres://role:password@host:port/database`, with `?sslmode=disable|require|verify-full`. */
  readonly url: string
  /** Shown in the server's list of sessions. @default 'ashlar' */
  readonly name?: string
  /**
   * Private connections, for transactions. Made when needed; each costs the server some megabytes, and the server has
   * room for so many from all processes together (`max_connections`, 100 unless it says otherwise). @default 8
   */
  readonly maxConnections?: number
  /** Shared connections. One carries 70,000 small statements a second. @default 1 */
  readonly pipelines?: number
  /** How long a statement may run on a shared connection before it is run again on a private one. @default 2_000 */
  readonly sharedTimeoutMs?: number
  /** Statements under way at a time, beyond which more are refused. @default 10_000 */
  readonly maxInFlight?: number
  /** Callers that may wait for a private connection, first come, first served; more get a `BusyError`. @default 1_000 */
  readonly maxWaiting?: number
  /** How long one waits, when its call has no earlier deadline, until it gets a `BusyError`. @default 5_000 */
  readonly acquireTimeoutMs?: number
  /** How long a private connection that nobody needs is kept. @default 60_000 */
  readonly idleTimeoutMs?: number
  /** How long `openDatabase` waits for a server that is starting, and how long one connecting may take. @default 10_000 */
  readonly connectTimeoutMs?: number
  readonly clock?: Clock
  readonly random?: Random
}

/**
 * Connects to a PostgreSQL database, waiting for a server that is still starting. Safe from many callers; a lost
 * connection is made anew by the next statement.
 *
 * A statement outside transactions goes down a shared connection. If there it waits 50 ms for a lock, or runs for
 * `sharedTimeoutMs`, it is stopped and run again on a private one.
 * @throws {DatabaseConfigError} at once when the URL, database, role or password is wrong.
 * @throws {UnavailableError} when the server has not answered within `connectTimeoutMs`.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { clock = systemClock, random = systemRandom, connectTimeoutMs = 10_000, maxConnections = 8 } = options
  const {
    maxWaiting = 1_000,
    acquireTimeoutMs = 5_000,
    idleTimeoutMs = 60_000,
    maxInFlight = 10_000,
    sharedTimeoutMs = 2_000,
    pipelines: pipelineCount = 1,
  } = options
  for (const [name, value] of Object.entries({ maxConnections, maxWaiting, maxInFlight, pipelines: pipelineCount })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`openDatabase: ${name} must be 1 or more, got ${value}`)
    }
  }
  for (const [name, value] of Object.entries({ acquireTimeoutMs, idleTimeoutMs, sharedTimeoutMs, connectTimeoutMs })) {
    if (!(value > 0 && value < Infinity)) {
      throw new RangeError(`openDatabase: ${name} must be positive and finite, got ${value}`)
    }
  }
  const connector = new Connector(parseTarget(options.url), {
    name: options.name ?? 'ashlar',
    timeoutMs: connectTimeoutMs,
    clock,
    random,
  })
  const pool = new Pool(connector, { maxConnections, maxWaiting, acquireTimeoutMs, idleTimeoutMs, clock })
  const pipelines = Array.from({ length: pipelineCount }, () => new Pipeline(connector, sharedTimeoutMs, clock))
  const sessions = new Sessions(pool, pipelines, clock, maxInFlight)
  try {
    await connectFirst(pipelines[0] as Pipeline, connector.target.server, connectTimeoutMs, clock)
  } catch (error) {
    await sessions.close()
    throw error
  }
  return toDatabase(sessions, { pool, clock, random })
}

async function connectFirst(pipeline: Pipeline, server: string, withinMs: number, clock: Clock): Promise<void> {
  const call = currentCall()
  throwIfOver(call, clock)
  const giveUp = new AbortController()
  let lastError: unknown = new UnavailableError(
    server,
    `PostgreSQL at ${server} has not answered within ${withinMs} ms`,
  )
  const timer = clock.timer(withinMs, () => giveUp.abort(lastError), { background: true })
  const signal = call === undefined ? giveUp.signal : AbortSignal.any([giveUp.signal, call.signal])
  try {
    for (;;) {
      try {
        await orAborted(pipeline.connect(), signal)
        return
      } catch (error) {
        if (signal.aborted || !hasCode(error, 'ASHLAR_SQL_UNAVAILABLE')) throw error
        lastError = error
      }
    }
  } finally {
    timer.cancel()
  }
}

function toDatabase(sessions: Sessions, tools: TransactionTools): Database {
  const queries = queryable((statement) => sessions.execute(statement))
  return {
    ...queries,
    transaction(work, options = {}) {
      const run = (watched: typeof work) => sessions.count(() => runTransaction(tools, watched, options))
      return transactionEnded.hasSubscribers ? watchTransaction(sessions.watched, work, run) : run(work)
    },
    async ping() {
      await queries.rows(sql`select 1`)
    },
    stats: () => sessions.stats,
    drain: (signal) => orAborted(sessions.drained(), signal),
    [Symbol.asyncDispose]: () => sessions.close(),
  }
}
