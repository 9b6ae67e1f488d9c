import { listen, type HttpHandler } from '@ashlar/http'
import {
  closeAll,
  closeable,
  systemClock,
  systemRandom,
  toEdgeError,
  type Clock,
  type Closeable,
  type EdgeTable,
  type Lifecycle,
  type Random,
} from '@ashlar/kernel'
import type { DestinationStream } from 'pino'
import { integer, oneOf, port, string } from './config-fields.ts'
import { parseConfig, type ConfigOf, type ConfigSpec } from './config.ts'
import { Health } from './health.ts'
import { createLogger, logLevels, type Logger } from './logger.ts'
import type { ServiceDefinition } from './service.ts'

/** What every service can be told. */
const commonConfig = {
  PORT: port({ default: 0 }),
  HOST: string({ default: '127.0.0.1' }),
  LOG: oneOf(logLevels, { default: 'info' }),
  // Load balancers need this long to notice that readiness says no.
  DRAIN_DELAY_MS: integer({ min: 0, max: 60_000, default: 0 }),
}

/** How long work in flight may take to end, from when nothing new is accepted. */
const drainTimeoutMs = 10_000

/** A started service. Closing drains it: readiness first, then the server, then its parts in reverse. */
export interface RunningService extends Lifecycle {
  readonly url: string
  readonly log: Logger
}

export interface StartOptions {
  /** Where log lines go. */
  readonly destination: DestinationStream
  readonly clock?: Clock
  readonly random?: Random
}

/**
 * Starts a service in this process and leaves the process alone: no signals, no exit.
 * @throws {ConfigError} and whatever starting throws; what had been registered with `onStop` is undone by then.
 */
export async function startService<S extends ConfigSpec>(
  definition: ServiceDefinition<S>,
  env: Readonly<Record<string, string | undefined>>,
  options: StartOptions,
): Promise<RunningService> {
  const { name, version = 'dev' } = definition
  const { destination, clock = systemClock, random = systemRandom } = options
  const parsed = parseConfig(env, { ...definition.config, ...commonConfig })
  const config = parsed as unknown as ConfigOf<S>
  const { PORT, HOST, LOG, DRAIN_DELAY_MS } = parsed as unknown as ConfigOf<typeof commonConfig>
  const log = createLogger({ service: name, level: LOG, destination, clock })
  const started: Closeable[] = []
  const onStop = (run: () => void | Promise<void>): void => void started.push(closeable(run))
  try {
    const { handler, edge, checks = {}, parts } = await definition.start({ name, config, log, clock, random, onStop })
    started.push(...parts)
    const health = new Health({ service: name, version, checks, drainDelayMs: DRAIN_DELAY_MS, log, clock })
    const observed = LOG === 'debug' ? withAccessLog(handler, edge, { log, clock }) : handler
    const server = await listen((request) => health.answer(request) ?? observed(request), {
      host: HOST,
      port: PORT,
      edge,
      clock,
      onError: (error, request) => log.error({ err: error, ...request }, 'request failed'),
    })
    started.push(server, health)
    log.info({ url: server.url, version }, 'ready')
    // The waiting for load balancers must not use up the time of what is in flight.
    const closing = closeAll(started, { clock, drainTimeoutMs: DRAIN_DELAY_MS + drainTimeoutMs })
    return { url: server.url, log, ...closing }
  } catch (error) {
    // The reason for the failure is what matters; a part that does not close either has nothing to add.
    await closeAll(started, { clock })
      .close()
      .catch(() => {})
    throw error
  }
}

function withAccessLog(
  handler: HttpHandler,
  edge: EdgeTable,
  { log, clock }: { log: Logger; clock: Clock },
): HttpHandler {
  return async (request) => {
    const startedMs = clock.now()
    const done = (status: number): void => {
      const durationMs = Math.round((clock.now() - startedMs) * 100) / 100
      log.debug({ method: request.method, path: request.url.path, status, durationMs }, 'request')
    }
    try {
      const response = await handler(request)
      done(response.status)
      return response
    } catch (error) {
      done(toEdgeError(error, edge).http)
      throw error
    }
  }
}
