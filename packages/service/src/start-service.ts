import { httpEdge, listen, type HttpHandler } from '@ashlar/http'
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
import { Health, isHealthPath, LoopWatch, withShedding } from '@ashlar/telemetry/health'
import { createLogger, LogLevels, withAccessLog, type RootLogger } from '@ashlar/telemetry/logs'
import { metricsHandler } from '@ashlar/telemetry/metrics'
import type { DestinationStream } from 'pino'
import { aboutActions } from './actions/about-actions.ts'
import { diagnosticsActions } from './actions/diagnostics-actions.ts'
import { healthActions } from './actions/health-actions.ts'
import { logActions } from './actions/log-actions.ts'
import { openAdmin } from './admin/admin-endpoint.ts'
import { commonConfig, type CommonConfig } from './common-config.ts'
import { parseConfig, type ConfigOf, type ConfigSpec } from './config.ts'
import type { ServiceDefinition, ServiceParts } from './service.ts'
import { ServiceTelemetry } from './telemetry/service-telemetry.ts'

/** How long work in flight may take to end, from when nothing new is accepted. */
const drainTimeoutMs = 10_000
/** The same, for a process whose state is in doubt. */
const hastyDrainTimeoutMs = 5_000

/** A started service. Closing drains it: readiness first, then the server, then its parts in reverse. */
export interface RunningService extends Lifecycle {
  readonly url: string
  /** Where operators reach its actions and its metrics; `undefined` when it was given no key for that. */
  readonly adminUrl: string | undefined
  readonly log: RootLogger
  /**
   * Closes as `close` does, with less patience: load balancers are not waited for, and work in flight has 5 s. When it is
   * closing already, waits for that.
   */
  closeInHaste(): Promise<void>
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
  const spec: ConfigSpec = { ...definition.config, ...commonConfig(name) }
  const values = parseConfig(env, spec)
  const common = values as CommonConfig
  const levels = new LogLevels(common.LOG, clock)
  const telemetry = new ServiceTelemetry({ service: name, version, config: common, clock, random })
  const { metrics, tracer, onRecord } = telemetry
  const log = createLogger({
    service: name,
    levels,
    destination,
    clock,
    ...(onRecord === undefined ? {} : { onRecord }),
  })
  const started: Closeable[] = [telemetry, closeable(() => levels[Symbol.dispose]())]
  const onStop = (run: () => void | Promise<void>): void => void started.push(closeable(run))
  try {
    telemetry.begin(log)
    const context = { name, config: values as ConfigOf<S>, log, metrics, tracer, clock, random, onStop }
    const made = await definition.start(context)
    started.push(...made.parts)
    const about = { service: name, version, spec, env, values, clock }
    return await serve({ about, common, made, started, levels, telemetry, log, clock, random })
  } catch (error) {
    // The reason for the failure is what matters; a part that does not close either has nothing to add.
    await closeAll(started, { clock })
      .close()
      .catch(() => {})
    throw error
  }
}

interface Serving {
  readonly about: Parameters<typeof aboutActions>[0]
  readonly common: CommonConfig
  readonly made: ServiceParts
  /** What is added here is closed when serving cannot begin. */
  readonly started: Closeable[]
  readonly levels: LogLevels
  readonly telemetry: ServiceTelemetry
  readonly log: RootLogger
  readonly clock: Clock
  readonly random: Random
}

/** Opens the two listeners: operators' first, and behind it the service's own. */
async function serve(serving: Serving): Promise<RunningService> {
  const { about, common, made, started, telemetry, log, clock } = serving
  const { service, version } = about
  const { handler, edge, checks = [] } = made
  const { HOST: host, PORT: port, ADMIN_PORT, ADMIN_KEY: key, DRAIN_DELAY_MS: drainDelayMs, SHED_LAG_MS } = common
  const loop = SHED_LAG_MS === 0 ? undefined : new LoopWatch({ maxLagMs: SHED_LAG_MS, log, clock })
  if (loop !== undefined) started.push(closeable(() => loop[Symbol.dispose]()))
  const health = new Health({
    service,
    version,
    checks,
    drainDelayMs,
    log,
    clock,
    ...(loop === undefined ? {} : { loop }),
  })
  const actions = actionsOf(serving, health)
  const metrics = metricsHandler(telemetry.metrics)
  const admin = { service, version, port: ADMIN_PORT, key, actions, metrics, edge, log, clock }
  const adminServer = key === '' ? undefined : await openAdmin(admin)
  // Before the server: operators may look at a service while it ends.
  if (adminServer !== undefined) started.push(adminServer)
  const observed = requestHandler(handler, serving, loop)
  const server = await listen((request) => health.answer(request) ?? observed(request), {
    host,
    port,
    edge,
    clock,
    // Whoever tries something finds its trace; what asks how the service is, every second, is not looked for.
    keepsTrace: ({ target }) => !isHealthPath(target) && telemetry.tracer.asksToKeep(),
    onError: (error, request) => log.error({ err: error, ...request }, 'request failed'),
  })
  started.push(server, health)
  telemetry.watch(health)
  const [url, adminUrl] = [server.url, adminServer?.url]
  log.info({ url, ...(adminUrl === undefined ? {} : { adminUrl }), version }, 'ready')
  return { url, adminUrl, log, ...closing(started, health, { drainDelayMs, clock }) }
}

function actionsOf({ about, common, made, levels, clock, random }: Serving, health: Health): readonly Action[] {
  const diagnostics = { service: about.service, directory: common.DIAGNOSTICS_DIR, clock, random }
  return unique([
    ...aboutActions(about),
    ...healthActions(health),
    ...logActions(levels),
    ...diagnosticsActions(diagnostics),
    ...(made.actions ?? []),
  ])
}

/** What is refused because there is too much to do leaves no line: that would be more to do. */
function requestHandler(handler: HttpHandler, serving: Serving, loop: LoopWatch | undefined): HttpHandler {
  const { made, common, levels, log, clock } = serving
  const rule = { oneIn: common.ACCESS_LOG, slowMs: common.TRACE_SLOW_MS }
  const logged = withAccessLog(handler, { ...rule, edge: httpEdge(made.edge), log, levels, clock })
  return loop === undefined ? logged : withShedding(logged, loop)
}

function closing(
  started: readonly Closeable[],
  health: Health,
  { drainDelayMs, clock }: { drainDelayMs: number; clock: Clock },
): Pick<RunningService, 'close' | 'closeInHaste' | typeof Symbol.asyncDispose> {
  let ended: Promise<void> | undefined
  const closeAllBut = (left: Closeable | undefined, timeoutMs: number): Promise<void> => {
    const parts = started.filter((part) => part !== left)
    return (ended ??= closeAll(parts, { clock, drainTimeoutMs: timeoutMs }).close())
  }
  // The waiting for load balancers must not use up the time of what is in flight.
  const close = (): Promise<void> => closeAllBut(undefined, drainDelayMs + drainTimeoutMs)
  const closeInHaste = (): Promise<void> => {
    // At once, and for good: what waits for load balancers is its drain.
    void health[Symbol.asyncDispose]()
    return closeAllBut(health, hastyDrainTimeoutMs)
  }
  return { close, closeInHaste, [Symbol.asyncDispose]: close }
}

function unique(actions: readonly Action[]): readonly Action[] {
  const names = new Set<string>()
  for (const { name } of actions) {
    if (names.has(name)) throw new TypeError(`service: there are two actions called "${name}"; rename one`)
    names.add(name)
  }
  return actions
}
