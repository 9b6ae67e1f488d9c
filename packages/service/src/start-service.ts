import { httpEdge, listen } from '@ashlar/http'
import {
  closeAll,
  closeable,
  systemClock,
  systemRandom,
  type Action,
  type Clock,
  type Closeable,
  type Lifecycle,
  type Random,
} from '@ashlar/kernel'
import type { DestinationStream } from 'pino'
import { withAccessLog } from './access-log.ts'
import { aboutActions } from './actions/about-actions.ts'
import { healthActions } from './actions/health-actions.ts'
import { logActions } from './actions/log-actions.ts'
import { adminConfig } from './admin/admin-config.ts'
import { openAdmin } from './admin/admin-endpoint.ts'
import { integer, port, string } from './config-fields.ts'
import { parseConfig, type ConfigOf, type ConfigSpec } from './config.ts'
import { Health } from './health.ts'
import { LogLevels, logRules } from './log-levels.ts'
import { createLogger, type Logger } from './logger.ts'
import type { ServiceDefinition } from './service.ts'

/** What every service can be told, besides what it logs. */
const commonConfig = {
  PORT: port({ default: 0 }),
  HOST: string({ default: '127.0.0.1' }),
  // Load balancers need this long to notice that readiness says no.
  DRAIN_DELAY_MS: integer({ min: 0, max: 60_000, default: 0 }),
  ...adminConfig,
}

/** How long work in flight may take to end, from when nothing new is accepted. */
const drainTimeoutMs = 10_000

/** A started service. Closing drains it: readiness first, then the server, then its parts in reverse. */
export interface RunningService extends Lifecycle {
  readonly url: string
  /** Where operators reach its actions; `undefined` when it was given no key for that. */
  readonly adminUrl: string | undefined
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
  const common = { ...commonConfig, LOG: logRules(name) }
  const spec: ConfigSpec = { ...definition.config, ...common }
  const parsed = parseConfig(env, spec)
  const config = parsed as ConfigOf<S>
  const { PORT, HOST, LOG, DRAIN_DELAY_MS, ADMIN_KEY, ADMIN_PORT } = parsed as ConfigOf<typeof common>
  const levels = new LogLevels(LOG, clock)
  const log = createLogger({ service: name, levels, destination, clock })
  const started: Closeable[] = [closeable(() => levels[Symbol.dispose]())]
  const onStop = (run: () => void | Promise<void>): void => void started.push(closeable(run))
  try {
    const made = await definition.start({ name, config, log, clock, random, onStop })
    const { handler, edge, checks = {}, actions = [], parts } = made
    started.push(...parts)
    const health = new Health({ service: name, version, checks, drainDelayMs: DRAIN_DELAY_MS, log, clock })
    const about = { service: name, version, spec, env, values: parsed, clock }
    const all = unique([...aboutActions(about), ...healthActions(health), ...logActions(levels), ...actions])
    const admin = { service: name, version, port: ADMIN_PORT, key: ADMIN_KEY, actions: all, edge, log, clock }
    const adminServer = ADMIN_KEY === '' ? undefined : await openAdmin(admin)
    // Before the server: operators may look at a service while it ends.
    if (adminServer !== undefined) started.push(adminServer)
    const observed = withAccessLog(handler, { edge: httpEdge(edge), log, levels, clock })
    const server = await listen((request) => health.answer(request) ?? observed(request), {
      host: HOST,
      port: PORT,
      edge,
      clock,
      onError: (error, request) => log.error({ err: error, ...request }, 'request failed'),
    })
    started.push(server, health)
    const [url, adminUrl] = [server.url, adminServer?.url]
    log.info({ url, ...(adminUrl === undefined ? {} : { adminUrl }), version }, 'ready')
    // The waiting for load balancers must not use up the time of what is in flight.
    const closing = closeAll(started, { clock, drainTimeoutMs: DRAIN_DELAY_MS + drainTimeoutMs })
    return { url, adminUrl, log, ...closing }
  } catch (error) {
    // The reason for the failure is what matters; a part that does not close either has nothing to add.
    await closeAll(started, { clock })
      .close()
      .catch(() => {})
    throw error
  }
}

function unique(actions: readonly Action[]): readonly Action[] {
  const names = new Set<string>()
  for (const { name } of actions) {
    if (names.has(name)) throw new TypeError(`service: there are two actions called "${name}"; rename one`)
    names.add(name)
  }
  return actions
}
