import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ActionDescription } from '@ashlar/kernel'
import { writeFileAtomically } from '../atomic-file.ts'
import { commandNames } from '../command-names.ts'
import { severities } from '../collector/query/log-view.ts'
import type { Console } from '../console.ts'
import { dataDirectory, placeIn, runningState, targetOf } from '../find-service.ts'
import { flagOf, flagsOf, generalFlags, type FlagTypes } from '../flags.ts'
import { inline } from '../printable.ts'
import { logsFlags, metricsFlags, tracesFlags } from '../query-flags.ts'
import type { HostState } from '../state-file.ts'

/** What could stand in a place, and what it means. */
type Candidate = readonly [text: string, meaning: string]

/** By service: the actions, of the process that it was then. */
type Cache = Record<string, { readonly pid: number; readonly actions: readonly ActionDescription[] } | undefined>

// Somebody waits with a finger on the key.
const listTimeoutMs = 500

const commandFlags: Readonly<Record<string, readonly string[]>> = {
  up: ['--port', '--ephemeral', '--json', '--config', '--directory'],
  status: ['--json', '--config', '--directory'],
  actions: ['--json', '--config', '--directory'],
  traces: dashed(tracesFlags),
  logs: dashed(logsFlags),
  metrics: dashed(metricsFlags),
}

const valueFlags = new Set([
  '--port',
  ...Object.entries({ ...tracesFlags, ...logsFlags }).flatMap(([name, type]) => (type === 'string' ? `--${name}` : [])),
])

/**
 * Prints what the last of `args`, the word that is being typed, could be. Never fails: a shell has no use for that.
 * Resolves to the exit status.
 */
export async function completeCommand(args: readonly string[], console: Console): Promise<number> {
  // bash takes "=" for a word of its own.
  const typed = args.at(-1) === '=' ? '' : (args.at(-1) ?? '')
  const before = args.slice(0, -1).filter((word) => word !== '=')
  const [, flag, part] = /^(--[a-z-]+=)(.*)$/s.exec(typed) ?? []
  const words = flag === undefined ? before : [...before, flag.slice(0, -1)]
  const candidates = await candidatesAfter(words).catch(() => [])
  for (const [text, meaning] of candidates) {
    if (text.startsWith(part ?? typed)) void console.out(`${flag ?? ''}${text}\t${inline(meaning)}`)
  }
  return 0
}

async function candidatesAfter(words: readonly string[]): Promise<Candidate[]> {
  const [command, name] = words
  if (command === undefined) return [...commandNames.map((one): Candidate => [one, '']), ...runningServices(words)]
  if (command === 'completion') return words.length === 1 ? ['bash', 'zsh', 'fish'].map((shell) => [shell, '']) : []
  const last = words.at(-1)
  if (commandNames.includes(command)) {
    if (last === '--service') return runningServices(words)
    if (last === '--level') return Object.keys(severities).map((level) => [level, ''])
    if (valueFlags.has(last ?? '')) return []
    return (commandFlags[command] ?? []).filter((flag) => !words.includes(flag)).map((flag) => [flag, ''])
  }
  const actions = await actionsOf(command, words)
  if (name === undefined) return actions.map(({ name: action, description }) => [action, description])
  const action = actions.find((one) => one.name === name)
  return action === undefined ? [] : flagsAfter(action, words.slice(2))
}

function flagsAfter(action: ActionDescription, given: readonly string[]): Candidate[] {
  const types: FlagTypes = { ...generalFlags, ...flagsOf(action) }
  const last = given.at(-1)?.replace(/^--/, '') ?? ''
  if (types[last] === 'string') {
    const field = Object.entries(action.input).find(([name]) => flagOf(name) === last)?.[1]
    return field?.type === 'string' ? (field.oneOf ?? []).map((value) => [value, '']) : []
  }
  const fields = Object.entries(action.input).map(([name, { description }]): Candidate => [
    `--${flagOf(name)}`,
    description,
  ])
  const general = Object.keys(generalFlags).map((name): Candidate => [`--${name}`, ''])
  return [...fields, ...general].filter(([flag]) => !given.includes(flag))
}

function runningServices(words: readonly string[]): Candidate[] {
  try {
    return Object.keys(runningState(dataDirectory(placeIn(words))).services).map((name) => [name, 'a service'])
  } catch {
    return []
  }
}

/** What a service says; asked once for each process that it is. */
async function actionsOf(service: string, words: readonly string[]): Promise<readonly ActionDescription[]> {
  const directory = dataDirectory(placeIn(words))
  const state = runningState(directory)
  const file = join(directory, 'cache', 'actions.json')
  const cache = readCache(file)
  const known = Object.hasOwn(cache, service) ? cache[service] : undefined
  const pid = pidOf(state, service)
  if (known !== undefined && known.pid === pid) return known.actions
  const target = targetOf(service, state, directory)
  // Only now: loading the HTTP client takes longer than all the rest.
  const { listActions } = await import('../action-client.ts')
  const actions = await listActions(target, listTimeoutMs)
  if (pid !== undefined) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileAtomically(file, JSON.stringify({ ...cache, [service]: { pid, actions } }))
  }
  return actions
}

function pidOf(state: HostState, service: string): number | undefined {
  return Object.hasOwn(state.services, service) ? state.services[service]?.pid : undefined
}

function dashed(types: FlagTypes): string[] {
  return Object.keys(types).map((name) => `--${name}`)
}

function readCache(file: string): Cache {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Cache
  } catch {
    return {}
  }
}
