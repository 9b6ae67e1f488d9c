import { dirname, join, resolve } from 'node:path'
import type { ActionTarget } from './action-client.ts'
import { adminKeyOf, readAdminKey } from './admin-keys.ts'
import { commandNames } from './command-names.ts'
import { ActionFailedError, NotRunningError, UsageError } from './errors.ts'
import { loadConfig, locateConfig } from './load-config.ts'
import { hint } from './nearest.ts'
import { readState, type HostState } from './state-file.ts'

/** Where a command line says that the system is. */
export interface Place {
  readonly config?: string | undefined
  readonly directory?: string | undefined
}

/** Where `--config` and `--directory` among `args` say that it is. */
export function placeIn(args: readonly string[]): Place {
  const valueOf = (flag: string): string | undefined => {
    const index = args.indexOf(flag)
    if (index >= 0) return args[index + 1]
    return args.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1)
  }
  return { config: valueOf('--config'), directory: valueOf('--directory') }
}

export function dataDirectory({ config, directory }: Place): string {
  return directory === undefined ? join(dirname(locateConfig(config)), '.ashlar') : resolve(directory)
}

/** @throws {NotRunningError} */
export function runningState(directory: string): HostState {
  const state = readState(join(directory, 'state.json'))
  if (state === undefined) throw new NotRunningError('not running; start it with: ashlar up')
  return state
}

/**
 * Where the actions of a service are.
 * @throws {UsageError} when there is no such service, {NotRunningError} when it does not run, {ActionFailedError} when
 * it serves none.
 */
export async function findService(name: string, place: Place): Promise<ActionTarget> {
  let directory: string
  let state: HostState
  try {
    directory = dataDirectory(place)
    state = runningState(directory)
  } catch (error) {
    // The name being wrong is said first; which names there are is in the topology's file when nothing runs.
    const services = await declaredServices(place)
    if (services.includes(name)) throw error
    throw unknown(name, services)
  }
  return targetOf(name, state, directory)
}

/** As {@link findService}, of a system that is known to run. */
export function targetOf(name: string, state: HostState, directory: string): ActionTarget {
  const report = Object.hasOwn(state.services, name) ? state.services[name] : undefined
  if (report === undefined) throw unknown(name, Object.keys(state.services))
  if (report.state !== 'ready') throw new NotRunningError(`${name} is not running (${report.state})`)
  if (report.adminUrl === undefined) throw new ActionFailedError(`${name} serves no actions`)
  const key = readAdminKey(directory)
  if (key === undefined) throw new ActionFailedError(`the key to its actions, in ${directory}, cannot be read`)
  return { service: name, url: report.adminUrl, key: adminKeyOf(name, key) }
}

async function declaredServices({ config }: Place): Promise<string[]> {
  try {
    return Object.keys((await loadConfig(locateConfig(config))).topology.services)
  } catch {
    return []
  }
}

function unknown(name: string, services: readonly string[]): UsageError {
  return new UsageError(`there is no command or service "${name}"${hint(name, [...commandNames, ...services])}`)
}
