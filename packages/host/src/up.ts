import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock, systemRandom, toIsoTime, type Clock, type Random } from '@ashlar/kernel'
import { makeAdminKey } from './admin-keys.ts'
import { Board } from './board.ts'
import { checkTopology } from './check-topology.ts'
import { collectorName } from './collector-spec.ts'
import { baseEnvironment, logLevels, type Environment } from './environment.ts'
import { Host } from './host.ts'
import { hostName, recordLine, type LogLine } from './log-line.ts'
import { freePort } from './ports.ts'
import { parsePostgresLine } from './postgres-log.ts'
import { planServices, type PlannedService } from './plan.ts'
import type { StartServer } from './postgres-process.ts'
import { processStart } from './process-info.ts'
import { secretsFor } from './secrets.ts'
import { claimState, type HostState, type ServiceReport } from './state-file.ts'
import type { Topology } from './topology.ts'

export interface UpOptions {
  /** What the topology's paths are relative to. */
  readonly root: string
  /** Where data, secrets and state are kept. @default <root>/.ashlar */
  readonly directory?: string
  /** Forget data and secrets at the end. @default false */
  readonly ephemeral?: boolean
  /** Ports by service; they win over the topology's and the environment's. */
  readonly ports?: Readonly<Record<string, number>>
  /** Where `<SERVICE>_<VARIABLE>` and the few general variables are taken from. @default process.env */
  readonly env?: Environment
  /** Gets every line that services print, and the host's own. A promise holds a service's next lines back. */
  readonly onLine?: (line: LogLine) => void | Promise<void>
  /** Ends the start; once that is done, it has no effect. */
  readonly signal?: AbortSignal
  /** How long all services together may take to become ready. @default 30_000 */
  readonly startTimeoutMs?: number
  /** From being asked to end, a service has this long before it is killed. @default 15_000 */
  readonly graceMs?: number
  /** How an embedded PostgreSQL is started. @default the one of `@ashlar/sql/embedded` */
  readonly startServer?: StartServer
  readonly clock?: Clock
  readonly random?: Random
}

/** A topology whose services are all ready, or were once and are kept so. */
export interface RunningTopology extends AsyncDisposable {
  /** Of every service, by name. They stay the same over restarts. */
  readonly urls: Readonly<Record<string, string>>
  /** What is known of a service now. @throws {RangeError} when there is no such service. */
  service(name: string): ServiceReport
  /** The same of the embedded PostgreSQL; `undefined` when there is none. */
  postgres(): ServiceReport | undefined
  /** The URL of a service's database; `undefined` when it has none. */
  databaseUrl(name: string): string | undefined
  /**
   * Resolves when a service is ready; with `otherThanPid`, when one that is another process than that is.
   * @throws the signal's reason.
   */
  waitFor(name: string, options?: { otherThanPid?: number; signal?: AbortSignal }): Promise<ServiceReport>
  /** Stops services, callers first, then the database server, and resolves when nothing is left. */
  stop(): Promise<void>
}

/**
 * Starts a topology: builds what has to be built, starts the embedded PostgreSQL if a service needs it, then each
 * service as a process of its own. Resolves when all are ready; from then on those that die are started again, on the
 * same ports. When this process dies, however it dies, the rest goes too.
 * @throws {TopologyInvalidError} | {AlreadyRunningError} | {PortUnavailableError} before anything is started, and
 * {PrepareFailedError} | {ServiceStartError} | {StartTimeoutError} when nothing is left running.
 */
export async function up(topology: Topology, options: UpOptions): Promise<RunningTopology> {
  const { clock = systemClock } = options
  const root = resolve(options.root)
  const directory = resolve(options.directory ?? join(root, '.ashlar'))
  checkTopology(topology, root)
  const stateFile = join(directory, 'state.json')
  const state = initialState(topology, clock)
  claimState(stateFile, state)
  const board = new Board(stateFile, state, clock)
  let host: Host | undefined
  try {
    sayUnheard(topology, options)
    const services = await plan(topology, { ...options, root, directory })
    board.setUrls(Object.fromEntries(services.filter((service) => service.public).map(({ name, url }) => [name, url])))
    host = await createHost(topology, services, { ...options, root, directory, board })
    await host.start(options.signal)
    return running(host, board, services)
  } catch (error) {
    await host?.stop()
    board.close()
    throw error
  }
}

type Located = UpOptions & { readonly directory: string }

function plan(topology: Topology, options: Located): Promise<PlannedService[]> {
  const { root, directory, ports = {}, env = process.env, random = systemRandom, ephemeral = false } = options
  const file = ephemeral ? undefined : join(directory, 'secrets.json')
  const names = Object.values(topology.services).flatMap(({ secrets = [] }) => secrets)
  const secrets = secretsFor([...new Set(names)], { file, given: env, random })
  const [filesDirectory, shared] = [filesOf(options), baseEnvironment(env, cacheOf(root))]
  const adminKey = makeAdminKey(directory, random)
  return planServices(topology, { root, env, filesDirectory, ports, shared, secrets, adminKey, random })
}

async function createHost(
  topology: Topology,
  services: readonly PlannedService[],
  options: Located & { readonly board: Board },
): Promise<Host> {
  const { root, directory, board, ephemeral = false, env = process.env } = options
  const { clock = systemClock, random = systemRandom, onLine = () => undefined } = options
  const data = ephemeral ? undefined : join(directory, 'postgres')
  const forgotten = ephemeral ? filesOf(options) : undefined
  // What one that was killed left behind.
  if (forgotten !== undefined) rmSync(forgotten, { recursive: true, force: true })
  return new Host({
    topology,
    services,
    root,
    board,
    forgotten,
    cacheDirectory: cacheOf(root),
    toolEnv: baseEnvironment(env, cacheOf(root)),
    startServer: options.startServer ?? embeddedServer(data, { env, clock, onLine }),
    postgresPort: await freePort(random, new Set(services.map(({ port }) => port))),
    onLine,
    startTimeoutMs: options.startTimeoutMs ?? 30_000,
    // A service may drain for 10 s, and then has its parts to close.
    graceMs: options.graceMs ?? 15_000,
    clock,
    random,
  })
}

function filesOf({ directory, ephemeral = false }: Located): string {
  return join(directory, ephemeral ? 'ephemeral-files' : 'files')
}

// What can be made again is kept beside the project, wherever its data are.
function cacheOf(root: string): string {
  return join(root, '.ashlar', 'cache')
}

function running(host: Host, board: Board, services: readonly PlannedService[]): RunningTopology {
  const service = (name: string): ServiceReport => {
    const report = board.report(name)
    if (report === undefined) throw new RangeError(`there is no service "${name}"`)
    return report
  }
  return {
    urls: Object.fromEntries(services.map(({ name, url }) => [name, url])),
    service,
    postgres: () => board.postgres,
    databaseUrl: (name) => host.databaseUrl(name),
    async waitFor(name, { otherThanPid, signal } = {}) {
      service(name)
      return board.waitFor(name, ({ state, pid }) => state === 'ready' && pid !== otherThanPid, signal)
    },
    stop: () => host.stop(),
    [Symbol.asyncDispose]: () => host.stop(),
  }
}

/** Services take from LOG what concerns them: a name that is nobody's would never be noticed. */
function sayUnheard(topology: Topology, options: UpOptions): void {
  const { env = process.env, onLine, clock = systemClock } = options
  const known = new Set(['', 'postgres', collectorName, ...Object.keys(topology.services)])
  for (const name of logLevels(env['LOG'] ?? '').keys()) {
    if (known.has(name.split('.', 1)[0] as string)) continue
    const msg = `LOG gives a level to "${name}", which is not a service`
    void onLine?.(recordLine(hostName, { level: 'warn', msg }, clock))
  }
}

function initialState(topology: Topology, clock: Clock): HostState {
  return {
    name: topology.name,
    pid: process.pid,
    processStart: processStart(process.pid) ?? '',
    startedAt: toIsoTime(clock.wall()),
    urls: {},
    services: {},
  }
}

// Loaded only when it is needed: a topology without databases does not wait for a database client.
function embeddedServer(
  directory: string | undefined,
  { env, clock, onLine }: { env: Environment; clock: Clock; onLine: (line: LogLine) => void | Promise<void> },
): StartServer {
  const levels = logLevels(env['LOG'] ?? 'info')
  const verbose = (levels.get('postgres') ?? levels.get('')) === 'debug'
  return async (port) => {
    const { startEmbedded } = await import('@ashlar/sql/embedded')
    return startEmbedded(directory === undefined ? { ephemeral: true } : { directory }, {
      port,
      clock,
      onLog(text) {
        const { level, msg } = parsePostgresLine(text)
        if (level !== 'debug' || verbose) void onLine(recordLine('postgres', { level, msg }, clock))
      },
    })
  }
}
