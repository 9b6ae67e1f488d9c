import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeFileAtomically } from './atomic-file.ts'
import { AlreadyRunningError } from './errors.ts'
import { processStart } from './process-info.ts'

/** What is known of one service, or of PostgreSQL. */
export interface ServiceReport {
  readonly name: string
  readonly state: 'starting' | 'ready' | 'backing off' | 'stopping' | 'stopped'
  /** Absent while no process runs. */
  readonly pid?: number
  readonly port: number
  readonly url: string
  /** Where it serves actions, to who holds its key; absent while it does not. */
  readonly adminUrl?: string
  /** How often it was started again after it had died. */
  readonly restarts: number
  /** When it came to this state, RFC 3339. */
  readonly since: string
}

/** What a running host tells others about itself, in its data directory. */
export interface HostState {
  readonly name: string
  readonly pid: number
  /** Tells this process from a later one with the same id. */
  readonly processStart: string
  /** RFC 3339. */
  readonly startedAt: string
  /** Of the services that people call, by name. */
  readonly urls: Readonly<Record<string, string>>
  readonly services: Readonly<Record<string, ServiceReport>>
  readonly postgres?: ServiceReport
}

/** The state that a living host left in `file`; `undefined` when it has none, or is left over from one that died. */
export function readState(file: string): HostState | undefined {
  let state: HostState
  try {
    state = JSON.parse(readFileSync(file, 'utf8')) as HostState
  } catch {
    return undefined
  }
  return processStart(state.pid) === state.processStart ? state : undefined
}

/**
 * Takes the data directory for this process, in one step that only one of several processes can win.
 * @throws {AlreadyRunningError} when a living process has it. What a dead one left is cleared.
 */
export function claimState(file: string, state: HostState): void {
  mkdirSync(dirname(file), { recursive: true })
  const written = `${file}.${process.pid}`
  writeFileSync(written, JSON.stringify(state), { mode: 0o600 })
  try {
    while (!linked(written, file)) {
      refuseIfRunning(file)
      clearStale(file)
    }
  } finally {
    rmSync(written, { force: true })
  }
}

/** Says what has changed. */
export function writeState(file: string, state: HostState): void {
  writeFileAtomically(file, JSON.stringify(state))
}

/** Gives the data directory up. */
export function removeState(file: string): void {
  rmSync(file, { force: true })
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function refuseIfRunning(file: string): void {
  const running = readState(file)
  if (running !== undefined) {
    throw new AlreadyRunningError({ pid: running.pid, url: Object.values(running.urls)[0] })
  }
}

// Moved aside before it is deleted: another process may have cleared it and put its own there in the meantime, which
// then has to go back.
function clearStale(file: string): void {
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (readState(aside) !== undefined) linked(aside, file)
  rmSync(aside)
}
