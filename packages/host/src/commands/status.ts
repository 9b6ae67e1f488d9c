import { dirname, join } from 'node:path'
import { parseIsoTime, systemClock, type Clock } from '@ashlar/kernel'
import { createHttpClient } from '@ashlar/http/client'
import { collectorName } from '../collector-spec.ts'
import type { Console } from '../console.ts'
import { locateConfig } from '../load-config.ts'
import { memoryOf, ownMemoryOf } from '../process-info.ts'
import { readState, type HostState, type ServiceReport } from '../state-file.ts'
import { table } from '../table.ts'

export interface StatusArguments {
  readonly config?: string | undefined
  readonly directory?: string | undefined
  readonly json: boolean
}

/** One process of the system as `ashlar status` shows it. */
interface Row {
  readonly name: string
  readonly state: string
  /** What it says of itself; `undefined` for those that are not asked. */
  readonly health: string | undefined
  readonly pid: number | undefined
  readonly upMs: number | undefined
  readonly restarts: number | undefined
  readonly memoryBytes: number | undefined
  readonly url: string | undefined
}

const healthTimeoutMs = 2_000

// What `/health` calls a service that does its work; a degraded one lacks something that it can do without.
const serving: ReadonlySet<string> = new Set(['healthy', 'degraded'])

const exitAllUp = 0
const exitSomethingIsNot = 1
const exitNotRunning = 3

/** Says what runs, how it is and what it takes. Resolves to the exit status. */
export async function statusCommand(args: StatusArguments, console: Console): Promise<number> {
  const directory = args.directory ?? join(dirname(locateConfig(args.config)), '.ashlar')
  const state = readState(join(directory, 'state.json'))
  if (state === undefined) {
    void console.out(args.json ? '{"running":false}' : 'not running; start it with: ashlar up')
    return exitNotRunning
  }
  const rows = await rowsOf(state, systemClock)
  // The collector starts when everything else runs: until then nothing is missing.
  const awaited = rows.filter(({ name, state: now }) => name !== collectorName || now !== 'starting')
  const healthy = awaited.every((row) => row.state === 'ready' && (row.health === undefined || serving.has(row.health)))
  if (args.json) void console.out(JSON.stringify({ running: true, healthy, name: state.name, processes: rows }))
  else for (const line of tableOf(rows)) void console.out(line)
  return healthy ? exitAllUp : exitSomethingIsNot
}

async function rowsOf(state: HostState, clock: Clock): Promise<Row[]> {
  const services = Object.values(state.services)
  const health = await Promise.all(services.map((service) => healthOf(service)))
  const rows = services.map((service, index) => rowOf(service, clock, health[index]))
  if (state.postgres !== undefined) rows.push(rowOf(state.postgres, clock, undefined))
  const host = {
    name: 'ashlar',
    state: 'ready',
    health: undefined,
    pid: state.pid,
    upMs: sinceMs(state.startedAt, clock),
    restarts: undefined,
    memoryBytes: ownMemoryOf(state.pid),
    url: undefined,
  }
  return [...rows, host]
}

function rowOf(report: ServiceReport, clock: Clock, health: string | undefined): Row {
  const { name, state, pid, restarts, url, since } = report
  const memoryBytes = pid === undefined ? undefined : memoryOf(pid)
  return {
    name,
    state,
    health,
    pid,
    upMs: state === 'ready' ? sinceMs(since, clock) : undefined,
    restarts,
    memoryBytes,
    url,
  }
}

async function healthOf(service: ServiceReport): Promise<string> {
  if (service.state !== 'ready') return 'down'
  await using client = createHttpClient({ baseUrl: service.url, name: service.name, timeoutMs: healthTimeoutMs })
  try {
    const answer = (await (await client.request({ method: 'GET', path: '/health' })).json()) as { status?: unknown }
    return typeof answer.status === 'string' ? answer.status : 'unclear'
  } catch {
    return 'no answer'
  }
}

function tableOf(rows: readonly Row[]): string[] {
  const header = ['service', 'state', 'health', 'pid', 'uptime', 'restarts', 'memory', 'url']
  const total = rows.reduce((sum, row) => sum + (row.memoryBytes ?? 0), 0)
  const cells = rows.map((row) => [
    row.name,
    row.state,
    row.health ?? '',
    String(row.pid ?? ''),
    row.upMs === undefined ? '' : duration(row.upMs),
    String(row.restarts ?? ''),
    megabytes(row.memoryBytes),
    row.url ?? '',
  ])
  return table([header, ...cells, ['total', '', '', '', '', '', megabytes(total)]], [3, 4, 5, 6])
}

function sinceMs(time: string, clock: Clock): number {
  return Math.max(0, clock.wall() - (parseIsoTime(time) ?? clock.wall()))
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`
  return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined || bytes === 0 ? '' : `${Math.round(bytes / 1024 / 1024)} MB`
}
