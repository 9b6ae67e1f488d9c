import { backoffDelayMs, sleep, type Clock, type Random } from '@ashlar/kernel'
import { Connection, type ConnectionOptions } from './connection.ts'
import type { Target } from './target.ts'

export interface ConnectorOptions extends ConnectionOptions {
  readonly clock: Clock
  readonly random: Random
}

/** Makes connections to one database; after a failure, ever longer apart, so as not to hammer a server that is down. */
export class Connector {
  readonly target: Target
  readonly #options: ConnectorOptions
  #failures = 0
  #notBeforeMs = -Infinity

  constructor(target: Target, options: ConnectorOptions) {
    this.target = target
    this.#options = options
  }

  /** Waits at most a second for its turn, then `timeoutMs` for the server; neither once the signal has aborted. */
  async open(settings: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Connection> {
    const { clock, random } = this.#options
    const waitMs = this.#notBeforeMs - clock.now()
    if (waitMs > 0) await sleep(clock, waitMs, { signal })
    try {
      const connection = await Connection.open(this.target, { ...this.#options, settings, signal })
      this.#failures = 0
      return connection
    } catch (error) {
      this.#failures++
      this.#notBeforeMs = clock.now() + backoffDelayMs(this.#failures, { baseDelayMs: 25, maxDelayMs: 1_000, random })
      throw error
    }
  }
}
