import { AshlarError, systemClock, type Lifecycle } from '@ashlar/kernel'
import { createLogger, LogLevels } from '@ashlar/telemetry/logs'
import { destination as openDestination } from 'pino'
import type { ConfigSpec } from './config.ts'
import { ProcessEnd } from './process-end.ts'
import type { ServiceDefinition } from './service.ts'
import { startService } from './start-service.ts'

/**
 * Runs a service as this process: what a `main.ts` calls, and the only code here that touches the process.
 *
 * Logs to standard output. SIGTERM, SIGINT and the loss of the parent that started it over IPC stop it in order, with
 * exit code 0; the same signal again stops it at once, with 1. It tells such a parent when it is ready, or why it
 * failed. An exception that nobody caught stops it with 1: its state is unknown, and a fresh process is a restart away.
 * What is in flight has 5 s to end; another such exception ends it at once.
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
  const end = new ProcessEnd({ log, clock: systemClock, exit: (code) => process.exit(code) })
  // Rejections that nobody handles come here too.
  process.on('uncaughtException', (error, origin) => end.crash(error, origin))
  process.on('SIGTERM', () => end.onSignal('SIGTERM'))
  process.on('SIGINT', () => end.onSignal('SIGINT'))
  process.on('disconnect', () => end.stop('parent gone'))
  try {
    const running = await startService(definition, env, { destination })
    end.running = running
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

/** Resolves when the message has been handed over, or there is nobody to take it. */
function tellParent(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, () => resolve())
  })
}
