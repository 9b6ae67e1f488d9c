import { abortReason, sleep, systemClock, type Clock } from '@ashlar/kernel'
import { Client, DatabaseError, type QueryConfig, type QueryResult } from 'pg'
import { Canceller, requestCancel } from './cancellation.ts'
import { UnavailableError } from './errors.ts'
import { mapConnectError, mapQueryError } from './map-error.ts'
import type { Command } from './statement.ts'
import type { Target } from './target.ts'
import { typeConfig } from './types.ts'

/** What a statement brought. */
export interface Result {
  readonly rows: readonly unknown[]
  /** Rows affected, or returned by a select. */
  readonly count: number
  /** The server's word for what it did: `COMMIT`, `ROLLBACK`, `SELECT`. */
  readonly tag: string
  /** Whether the session was in a transaction, failed or not, when the statement had ended. */
  readonly inTransaction: boolean
}

export interface ConnectionOptions {
  /** Shown by the server as `application_name`. */
  readonly name: string
  /** How long connecting may take. */
  readonly timeoutMs: number
  /** Server settings for this session. */
  readonly settings?: Readonly<Record<string, string>>
  /** Breaks off connecting. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

// Times come back as text that the parser knows, whatever the server's own settings are.
const sessionSettings = { timezone: 'UTC', datestyle: 'ISO' }

/** The part of the driver's client that its type declarations leave out. */
interface PrivateKey {
  readonly processID: number | null
  readonly secretKey: number | null
}

/**
 * One session with the server. Statements may be sent without waiting for the ones before: they run in order, each
 * with an outcome of its own.
 */
export class Connection {
  readonly #client: Client
  readonly #target: Target
  readonly #clock: Clock
  // How often a statement's plan had to be given up, which its name then carries.
  readonly #replanned = new Map<string, number>()
  readonly #lostListeners: (() => void)[] = []
  readonly #canceller: Canceller
  #inFlight = 0
  #progressMs = 0
  #lost = false

  private constructor(client: Client, target: Target, clock: Clock) {
    this.#client = client
    this.#target = target
    this.#clock = clock
    this.#canceller = new Canceller(() => this.#requestCancel(), clock)
    client.on('error', () => this.#onLost())
    client.on('end', () => this.#onLost())
  }

  /** @throws {UnavailableError} or {@link DatabaseConfigError}, within `timeoutMs`. */
  static async open(target: Target, options: ConnectionOptions): Promise<Connection> {
    const { name, timeoutMs, settings = {}, signal, clock = systemClock } = options
    const client = new Client({
      host: target.host,
      port: target.port,
      database: target.database,
      user: target.user,
      // As a function, because an empty one would make the driver look for another in files and the environment.
      password: () => target.password,
      ssl: target.ssl,
      application_name: name,
      options: optionsText({ ...sessionSettings, ...settings }),
      client_encoding: 'utf8',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      pipeline: true,
      types: typeConfig,
    })
    // The driver reports a loss here and to each statement; without a listener it would be an uncaught exception.
    client.on('error', () => undefined)
    const giveUp = (why: string): unknown => client.connection.stream.destroy(new Error(why))
    const onAbort = (): void => void giveUp('no longer wanted')
    const timer = clock.timer(timeoutMs, () => void giveUp(`no answer within ${timeoutMs} ms`), { background: true })
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      await client.connect()
    } catch (error) {
      client.connection.stream.destroy()
      throw mapConnectError(error, target)
    } finally {
      timer.cancel()
      signal?.removeEventListener('abort', onAbort)
    }
    return new Connection(client, target, clock)
  }

  get database(): string {
    return this.#target.database
  }

  get lost(): boolean {
    return this.#lost
  }

  /** Whether nothing is going on: no statement, no transaction. */
  get idle(): boolean {
    return !this.#lost && this.#inFlight === 0 && this.#status === 'I'
  }

  /** How long the server has owed an answer since the last one it gave. */
  get stalledMs(): number {
    return this.#inFlight === 0 ? 0 : this.#clock.now() - this.#progressMs
  }

  onLost(listener: () => void): void {
    if (this.#lost) listener()
    else this.#lostListeners.push(listener)
  }

  /** Gets what is notified on the channels that this session listens to. */
  onNotification(listener: (channel: string, payload: string) => void): void {
    this.#client.on('notification', ({ channel, payload = '' }) => listener(channel, payload))
  }

  /**
   * When the signal aborts, the server is told to stop the statement; the promise settles when it has, or has ended.
   * @throws one of this package's errors.
   */
  async execute(command: Command, signal?: AbortSignal): Promise<Result> {
    // Whatever runs when a cancellation arrives is stopped: it must not be this one.
    while (this.#canceller.underWay !== undefined) await this.#canceller.underWay
    if (this.#lost) throw new UnavailableError(this.#target.server, `the connection to ${this.#target.server} was lost`)
    if (signal?.aborted === true) throw abortReason(signal)
    const name = this.#nameFor(command)
    try {
      return await this.#send(command, name, signal)
    } catch (error) {
      if (!this.#lacksPlan(error, command, name)) throw mapQueryError(error, this.#target)
    }
    try {
      return await this.#send(command, undefined, signal)
    } catch (error) {
      throw mapQueryError(error, this.#target)
    }
  }

  /** Says goodbye after what is in flight, or breaks off when that takes longer than `withinMs`. */
  async close(withinMs = 1_000): Promise<void> {
    if (this.#lost) return
    const giveUp = new AbortController()
    const tooLong = sleep(this.#clock, withinMs, { signal: giveUp.signal }).then(
      () => this.#client.connection.stream.destroy(),
      () => undefined,
    )
    await this.#client.end()
    giveUp.abort()
    await tooLong
  }

  /**
   * Breaks off, and asks the server to stop what it is doing for this session: it would notice the missing client only
   * when it has an answer to give, and hold its locks till then.
   */
  abandon(): void {
    if (this.#lost) return
    if (this.#inFlight > 0) void this.#requestCancel()
    this.#onLost()
  }

  // As of the last statement that succeeded: an error is reported before the status that follows it.
  get #status(): 'I' | 'T' | 'E' | null {
    return this.#client.getTransactionStatus()
  }

  #requestCancel(): Promise<void> {
    const { processID: processId, secretKey } = this.#client as unknown as PrivateKey
    if (processId === null || secretKey === null) return Promise.resolve()
    return requestCancel({ host: this.#target.host, port: this.#target.port, processId, secretKey }, this.#clock)
  }

  #send(command: Command, name: string | undefined, signal: AbortSignal | undefined): Promise<Result> {
    const sent = this.#canceller.sent()
    const stop = signal && ((): void => this.#canceller.stop(sent))
    if (stop !== undefined) signal?.addEventListener('abort', stop, { once: true })
    if (this.#inFlight++ === 0) this.#progressMs = this.#clock.now()
    return new Promise<Result>((resolve, reject) => {
      const settle = (error: Error | null | undefined, result: QueryResult | QueryResult[] | undefined): void => {
        if (stop !== undefined) signal?.removeEventListener('abort', stop)
        this.#canceller.answered(sent)
        this.#inFlight--
        this.#progressMs = this.#clock.now()
        // The last word of a session: it may go to a statement before the connection is seen to close.
        if (error instanceof DatabaseError && error.severity === 'FATAL') this.#onLost()
        if (error) reject(error)
        else resolve(toResult(result, this.#status !== 'I'))
      }
      const query = command.script
        ? { text: command.text }
        : // Extended even without values: the simple protocol would take several statements at once.
          { text: command.text, name, values: command.values, queryMode: 'extended' }
      // With a callback the driver returns nothing, whatever its types say of this form of the call.
      void this.#client.query(query as QueryConfig, settle as never)
    })
  }

  #nameFor({ name }: Command): string | undefined {
    if (name === undefined) return undefined
    const times = this.#replanned.get(name)
    return times === undefined ? name : `${name}_${times}`
  }

  // Two ways for a statement to fail without having run, through no fault of its own: the table changed under the
  // plan that the server keeps, or the statement was sent right behind the one that should have made the plan, and
  // that one failed. Sent again without a plan it fails or succeeds on its own account; but not in a transaction,
  // which has failed with it.
  #lacksPlan(error: unknown, command: Command, sentAs: string | undefined): boolean {
    const { name } = command
    if (name === undefined || !(error instanceof DatabaseError)) return false
    const outdated = error.code === '0A000' && error.routine === 'RevalidateCachedQuery'
    // From now on under another name. Of many that fail together, the first chooses it for all.
    if (outdated && this.#nameFor(command) === sentAs) {
      this.#replanned.set(name, (this.#replanned.get(name) ?? 0) + 1)
    }
    return (outdated || error.code === '26000') && this.#status === 'I'
  }

  #onLost(): void {
    // At once, though the socket takes a moment to close: nothing may be sent in between.
    this.#lost = true
    this.#client.connection.stream.destroy()
    for (const listener of this.#lostListeners.splice(0)) listener()
  }
}

function optionsText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
}

function toResult(result: QueryResult | QueryResult[] | undefined, inTransaction: boolean): Result {
  const last = Array.isArray(result) ? result.at(-1) : result
  return { rows: last?.rows ?? [], count: last?.rowCount ?? 0, tag: last?.command ?? '', inTransaction }
}
