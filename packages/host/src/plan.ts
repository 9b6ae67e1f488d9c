import { join, resolve } from 'node:path'
import type { Random } from '@ashlar/kernel'
import { adminKeyOf } from './admin-keys.ts'
import { isPort } from './check-topology.ts'
import { collectorKeyOf, collectorName, reportingTo, withCollector } from './collector-spec.ts'
import { variableName, variablesFor, type Environment } from './environment.ts'
import { PortUnavailableError, UsageError } from './errors.ts'
import { freePort, whyUnavailable } from './ports.ts'
import type { ServiceSpec, Topology } from './topology.ts'

/** A service with everything decided that is decided before it starts. */
export interface PlannedService {
  readonly name: string
  /** Absolute path. */
  readonly main: string
  readonly port: number
  readonly url: string
  readonly calls: readonly string[]
  readonly public: boolean
  /** Whether the rest runs without it: it is started behind the others, and tried again until it runs. */
  readonly optional: boolean
  /** The embedded server's database it uses; `undefined` when it uses none, or one of its own. */
  readonly database: string | undefined
  /** All its variables but the embedded database's URL, which is known once the server runs. */
  readonly env: Readonly<Record<string, string>>
}

export interface PlanOptions {
  readonly root: string
  readonly env: Environment
  /** Where each service that keeps files has a directory. */
  readonly filesDirectory: string
  /** Ports by service that win over all others. */
  readonly ports: Readonly<Record<string, number>>
  /** Variables that every service gets. */
  readonly shared: Readonly<Record<string, string>>
  /** The values of all the secrets that services name. */
  readonly secrets: Readonly<Record<string, string>>
  /** What the key of each service's actions is made of. */
  readonly adminKey: string
  readonly random: Random
}

/**
 * Decides ports and variables. Starts nothing.
 * @throws {PortUnavailableError} when a port that was asked for is not free; {UsageError} when it is not a port.
 */
export async function planServices(topology: Topology, options: PlanOptions): Promise<PlannedService[]> {
  const { root, env, filesDirectory, shared, secrets, adminKey } = options
  const names = [...Object.keys(topology.services), collectorName]
  const own = new Map(names.map((name) => [name, variablesFor(name, names, env)]))
  const usesEmbedded = (name: string): boolean =>
    topology.services[name]?.database === true && own.get(name)?.['DATABASE_URL'] === undefined
  const specs = withCollector(topology, usesEmbedded)
  const ports = await choosePorts(specs, own, options)
  const urlOf = (name: string): string => `http://127.0.0.1:${ports.get(name)}`
  const front = Object.entries(topology.services).find(([, spec]) => spec.public === true)?.[0]
  const key = collectorKeyOf(adminKey)
  const reporting = collectorName in specs ? reportingTo(urlOf(collectorName), key) : {}
  const publicUrl = env['PUBLIC_URL'] ?? (front === undefined ? undefined : urlOf(front))

  return Object.entries(specs).map(([name, spec]) => {
    const { calls = [], assets, secrets: wanted = [] } = spec
    const given = own.get(name) ?? {}
    // Who is told to report elsewhere does not show the collector's key there.
    const reportsHere = !('OTEL_EXPORTER_OTLP_ENDPOINT' in { ...spec.env, ...given })
    const output = assets === undefined ? undefined : topology.prepare?.[assets]?.output
    return {
      name,
      main: resolve(root, spec.main),
      port: ports.get(name) as number,
      url: urlOf(name),
      calls,
      public: spec.public === true,
      optional: name === collectorName,
      database: spec.database === true && given['DATABASE_URL'] === undefined ? name.replaceAll('-', '_') : undefined,
      env: {
        ...shared,
        ADMIN_KEY: adminKeyOf(name, adminKey),
        // It does not report to itself: that would never end.
        ...(name === collectorName ? { COLLECTOR_KEY: key } : {}),
        ...(name !== collectorName && reportsHere ? reporting : {}),
        ...(publicUrl === undefined ? {} : { PUBLIC_URL: publicUrl }),
        ...Object.fromEntries(wanted.map((secret) => [secret, secrets[secret] as string])),
        ...spec.env,
        ...Object.fromEntries(calls.map((callee) => [`${variableName(callee)}_URL`, urlOf(callee)])),
        ...(output === undefined ? {} : { ASSETS_DIR: resolve(root, output) }),
        ...(spec.files === true ? { FILES_DIR: join(filesDirectory, name) } : {}),
        ...given,
        PORT: String(ports.get(name)),
      },
    }
  })
}

async function choosePorts(
  specs: Readonly<Record<string, ServiceSpec>>,
  own: ReadonlyMap<string, Readonly<Record<string, string>>>,
  { ports, random }: PlanOptions,
): Promise<Map<string, number>> {
  const chosen = new Map<string, number>()
  for (const [name, spec] of Object.entries(specs)) {
    const stated = ports[name] ?? statedPort(name, own.get(name)?.['PORT']) ?? spec.port
    if (stated === undefined) continue
    await refuseUnavailable(name, stated, { publicly: spec.public === true, chosen })
    chosen.set(name, stated)
  }
  for (const name of Object.keys(specs)) {
    if (!chosen.has(name)) chosen.set(name, await freePort(random, new Set(chosen.values())))
  }
  return chosen
}

function statedPort(service: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const port = Number(value)
  if (!isPort(port)) throw new UsageError(`${variableName(service)}_PORT is a port, 1 to 65535, not "${value}"`)
  return port
}

async function refuseUnavailable(
  service: string,
  port: number,
  { publicly, chosen }: { readonly publicly: boolean; readonly chosen: ReadonlyMap<string, number> },
): Promise<void> {
  const other = [...chosen].find(([, taken]) => taken === port)?.[0]
  const why = other === undefined ? await whyUnavailable(port) : 'EADDRINUSE'
  if (why === undefined) return
  const reason =
    why === 'EADDRINUSE'
      ? `is in use by ${other ?? 'another program'}`
      : why === 'EACCES'
        ? 'needs rights that this user does not have'
        : `cannot be listened on (${why})`
  const next = port < 1024 ? 8080 : port === 65_535 ? 8080 : port + 1
  const instead = `${variableName(service)}_PORT=${next}${publicly ? ` or --port ${next}` : ''}`
  throw new PortUnavailableError({ port, service, reason, instead })
}
