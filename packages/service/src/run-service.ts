import { AshlarError, systemClock, type Lifecycle } from '@ashlar/kernel'
import { destination as openDestination } from 'pino'
import type { ConfigSpec } from './config.ts'
import { LogLevels } from './log-levels.ts'
import { createLogger, type RootLogger } from './logger.ts'
import type { ServiceDefinition } from './service.ts'
import { startService } from './start-service.ts'

/**
 * Runs a service as this process: what a `main.ts` calls, and the only code here that touches the process.
 *
 * Logs to standard output. SIGTERM, SIGINT and the loss of the parent that started it over IPC stop it in order, with
 * exit code 0; the same signal again stops it at once, with 1. It tells such a parent when it is ready, or why it
 * failed. An exception that nobody caught ends the process: its state is unknown, and a fresh one is a restart away.
 */
export async function runService<S extends ConfigSpec>(
  definition: ServiceDefinition<S>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Lifecycle> {
  // Synchronous: a line that was logged is a line that was written, whatever happens next.
  const destination = openDestination({ dest: 1, sync: true })
  // Nobody reads the log any more; what is in flight is worth finishing all the same.
  destination.on('error', () => {})
  const levels = new LogLevels({ level: 'info', components: {} }, systemClock)
  const log = createLogger({ service: definition.name, levels, destination, clock: systemClock })
  const stopper = new Stopper(log)
  process.on('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin }, 'uncaught exception; the process ends')
    process.exit(1)
  })
  process.on('SIGTERM', () => stopper.onSignal('SIGTERM'))
  process.on('SIGINT', () => stopper.onSignal('SIGINT'))
  process.on('disconnect', () => stopper.stop('parent gone'))
  try {
    const running = await startService(definition, env, { destination })
    stopper.running = running
    const { url, adminUrl } = running
    await tellParent({ type: 'ashlar:ready', url, adminUrl, pid: process.pid })
    return running
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // One of our own errors says itself what to do; any other is a bug, and its stack says where.
    log.fatal(error instanceof AshlarError ? { code: error.code } : { err: error }, `cannot start: ${message}`)
    await tellParent({ type: 'ashlar:failed', message })
    return process.exit(1)
  }
}

class Stopper {
  readonly #log: RootLogger
  readonly #seen = new Set<NodeJS.Signals>()
  #isStopping = false
  running: Lifecycle | undefined

  constructor(log: RootLogger) {
    this.#log = log
  }

  /** Different signals may be one wish: Ctrl-C reaches the whole process group, and the parent then sends SIGTERM. */
  onSignal(signal: NodeJS.Signals): void {
    if (this.#seen.has(signal)) process.exit(1)
    this.#seen.add(signal)
    this.stop(signal)
  }

  stop(cause: string): void {
    if (this.#isStopping) return
    this.#isStopping = true
    // Nothing has been promised to anybody before the service is ready.
    if (this.running === undefined) process.exit(0)
    this.#log.info({ cause }, 'stopping')
    this.running.close().then(
      () => {
        this.#log.info({}, 'stopped')
        process.exit(0)
      },
      (error: unknown) => {
        this.#log.error({ err: error }, 'did not stop cleanly')
        process.exit(1)
      },
    )
  }
}

/** Resolves when the message has been handed over, or there is nobody to take it. */
function tellParent(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, () => resolve())
  })
}
