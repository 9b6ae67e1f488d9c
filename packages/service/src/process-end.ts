import type { Clock } from '@ashlar/kernel'
import type { RootLogger } from '@ashlar/telemetry/logs'
import type { RunningService } from './start-service.ts'

export interface ProcessEndOptions {
  /** For what happens before the service runs, with a log of its own. */
  readonly log: RootLogger
  readonly clock: Clock
  /** Ends the process at once. */
  readonly exit: (code: 0 | 1) => void
}

// Work in flight has five seconds, telemetry two; whatever takes longer is not waited for.
const crashTimeoutMs = 8_000

/** Decides when and how the process ends. */
export class ProcessEnd {
  readonly #options: ProcessEndOptions
  readonly #seen = new Set<NodeJS.Signals>()
  #isStopping = false
  #isCrashing = false
  running: Pick<RunningService, 'log' | 'close' | 'closeInHaste'> | undefined

  constructor(options: ProcessEndOptions) {
    this.#options = options
  }

  /** Different signals may be one wish: Ctrl-C reaches the whole process group, and the parent then sends SIGTERM. */
  onSignal(signal: NodeJS.Signals): void {
    if (this.#seen.has(signal)) {
      this.#options.exit(1)
      return
    }
    this.#seen.add(signal)
    this.stop(signal)
  }

  stop(cause: string): void {
    if (this.#isStopping || this.#isCrashing) return
    this.#isStopping = true
    const { log, exit } = this.#options
    // Nothing has been promised to anybody before the service is ready.
    if (this.running === undefined) {
      exit(0)
      return
    }
    log.info({ cause }, 'stopping')
    this.running.close().then(
      () => {
        if (this.#isCrashing) return
        log.info({}, 'stopped')
        exit(0)
      },
      (error: unknown) => {
        log.error({ err: error }, 'did not stop cleanly')
        exit(1)
      },
    )
  }

  /**
   * An exception that nobody caught: the state of what threw is unknown, so the process takes nothing new and ends. What
   * others wait for is worth a few seconds; a second such exception says that it is not.
   */
  crash(error: unknown, origin: string): void {
    const { log, clock, exit } = this.#options
    const { running } = this
    const isFirst = !this.#isCrashing
    this.#isCrashing = true
    ;(running?.log ?? log).fatal({ err: error, origin }, 'uncaught exception; the process ends')
    if (!isFirst || running === undefined) {
      exit(1)
      return
    }
    clock.timer(crashTimeoutMs, () => exit(1))
    void this.#closeInHaste(running)
  }

  async #closeInHaste(running: Pick<RunningService, 'closeInHaste'>): Promise<void> {
    const { log, exit } = this.#options
    try {
      await running.closeInHaste()
    } catch (error) {
      log.error({ err: error }, 'did not stop cleanly')
    }
    exit(1)
  }
}
