import {
  abortReason,
  currentCall,
  DeadlineExceededError,
  orAborted,
  remainingMs,
  withoutStack,
  type CallContext,
} from '@ashlar/kernel'
import type { Connection } from './connection.ts'
import type { Driver } from './driver.ts'
import { busy, ScriptFailedError, unavailable } from './errors.ts'
import { scriptLoaded } from './events.ts'
import { Link, type LinkOptions } from './link.ts'
import { ScriptCalls } from './script-calls.ts'
import { isNumbers, type Script } from './scripts.ts'
import type { Target } from './target.ts'

export interface CommandsOptions extends LinkOptions {
  readonly maxInFlight: number
}

/** The connection that all commands share, and what keeps them within bounds. */
export class Commands {
  readonly #link: Link
  readonly #scripts: ScriptCalls
  readonly #server: string
  readonly #options: CommandsOptions
  #isClosed = false

  constructor(driver: Driver, target: Target, options: CommandsOptions) {
    this.#link = new Link(driver, target, options)
    this.#server = target.server
    this.#options = options
    this.#scripts = new ScriptCalls(({ name: script }) => {
      if (scriptLoaded.hasSubscribers) scriptLoaded.publish({ server: target.server, script })
    })
  }

  get connected(): boolean {
    return this.#link.connection !== undefined && !this.#isClosed
  }

  get inFlight(): number {
    return this.#link.connection?.inFlight ?? 0
  }

  start(): Promise<unknown> {
    return this.#link.start()
  }

  async send(args: readonly [string, ...string[]]): Promise<unknown> {
    const call = this.#currentCall()
    const connection = this.#ready()
    try {
      return await orAborted(connection.send(args), call?.signal)
    } catch (error) {
      throw call?.signal.aborted === true ? abortReason(call.signal) : connection.explain(error, { command: args[0] })
    }
  }

  async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<readonly number[]> {
    const call = this.#currentCall()
    const connection = this.#ready()
    let answer: unknown
    try {
      answer = await orAborted(this.#scripts.call(connection, script, keys, args), call?.signal)
    } catch (error) {
      if (call?.signal.aborted === true) throw abortReason(call.signal)
      throw connection.explain(error, { command: 'EVALSHA', script: script.name })
    }
    if (isNumbers(answer)) return answer
    throw new ScriptFailedError(script.name, 'it answered something else than a list of integers')
  }

  /** No more commands from now on; resolves when those that were sent are answered. */
  async drain(signal: AbortSignal): Promise<void> {
    this.#isClosed = true
    await orAborted(this.#link.connection?.settled() ?? Promise.resolve(), signal)
  }

  close(withinMs: number): Promise<void> {
    this.#isClosed = true
    return this.#link.close(withinMs)
  }

  /** @throws the reason for which it is over. */
  #currentCall(): CallContext | undefined {
    const call = currentCall()
    if (call?.signal.aborted === true) throw abortReason(call.signal)
    if (remainingMs(call, this.#options.clock) === 0) throw withoutStack(() => new DeadlineExceededError())
    return call
  }

  /** @throws {UnavailableError} or {@link BusyError} at once. */
  #ready(): Connection {
    const { connection } = this.#link
    const { maxInFlight } = this.#options
    if (this.#isClosed) {
      throw unavailable(this.#server, `the Redis at ${this.#server} has been closed by this process`)
    }
    if (connection === undefined) throw unavailable(this.#server, `there is no connection to Redis at ${this.#server}`)
    if (connection.inFlight >= maxInFlight) throw busy(this.#server, maxInFlight)
    return connection
  }
}
