import { resolve } from 'node:path'
import { systemClock } from '@ashlar/kernel'
import type { Console } from '../console.ts'
import { UsageError } from '../errors.ts'
import { loadConfig, locateConfig } from '../load-config.ts'
import { hostName, recordLine, toJson, type LogLine } from '../log-line.ts'
import { logView } from '../log-view.ts'
import { onStopRequests } from '../stop-requests.ts'
import { table } from '../table.ts'
import type { Topology } from '../topology.ts'
import { up, type RunningTopology } from '../up.ts'

export interface UpArguments {
  readonly config?: string | undefined
  readonly directory?: string | undefined
  readonly port?: number | undefined
  readonly ephemeral: boolean
  readonly json: boolean
}

/** Runs a topology until it is asked to stop. Resolves to the exit status. */
export async function upCommand(args: UpArguments, console: Console): Promise<number> {
  using requests = onStopRequests(systemClock)
  const file = locateConfig(args.config)
  const { topology, root } = await loadConfig(file)
  const names = Object.keys(topology.services)
  const show = args.json
    ? (line: LogLine): string => toJson(line, systemClock)
    : logView({ services: [...names, 'postgres'], colour: console.colour, clock: systemClock })
  let running: RunningTopology
  try {
    running = await up(topology, {
      root,
      ...(args.directory === undefined ? {} : { directory: resolve(args.directory) }),
      ephemeral: args.ephemeral,
      ports: args.port === undefined ? {} : { [publicService(topology)]: args.port },
      onLine: (line) => console.out(show(line)),
      signal: requests.signal,
    })
  } catch (error) {
    if (requests.signal.aborted) return 0
    throw error
  }
  announce(topology, running, args, console)
  await requests.requested
  if (!args.json) void console.out('stopping')
  await running.stop()
  return 0
}

/** The one line that says that all is ready, and a table of what runs. */
function announce(topology: Topology, running: RunningTopology, { json }: UpArguments, console: Console): void {
  const services = Object.keys(topology.services).map((name) => running.service(name))
  const readyMs = Math.round(process.uptime() * 1000)
  const open = services.filter(({ name }) => topology.services[name]?.public === true)
  if (json) {
    const urls = Object.fromEntries(services.map(({ name, url }) => [name, url]))
    void console.out(recordLine(hostName, { level: 'info', msg: 'ready', readyMs, urls }, systemClock).text)
    return
  }
  const where = open.map(({ name, url }) => `${topology.services[name]?.assets ?? name} ${url}`)
  const rows = services.map(({ name, url, pid }) => [`  ${name}`, url, pid === undefined ? '' : `pid ${pid}`])
  const postgres = running.postgres()
  if (postgres !== undefined)
    rows.push(['  postgres', postgres.url, postgres.pid === undefined ? '' : `pid ${postgres.pid}`])
  const ready = [`ready in ${(readyMs / 1000).toFixed(1)} s`, ...where, '(Ctrl-C stops everything)'].join('   ')
  void console.out(['', ready, ...table(rows), ''].join('\n'))
}

function publicService(topology: Topology): string {
  const open = Object.keys(topology.services).filter((name) => topology.services[name]?.public === true)
  if (open.length === 1) return open[0] as string
  const which = open.length === 0 ? 'there is none' : `there are ${open.join(', ')}`
  throw new UsageError(`up: --port is for the one public service, and ${which}; use <SERVICE>_PORT=N ashlar up instead`)
}
