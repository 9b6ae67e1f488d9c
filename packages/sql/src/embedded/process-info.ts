import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { environment } from './account.ts'

/**
 * What tells a process from a later one with the same number: when it started, and after which start of the machine.
 * `undefined` when there is no such process.
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform !== 'linux') return psLine(pid, 'lstart=')
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold anything; after it, field 3 is the state and field 22 the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}

/** Whether the process is a PostgreSQL server that works in this data directory. */
export function isPostgresIn(pid: number, dataDirectory: string): boolean {
  if (processIdentity(pid) === undefined) return false
  if (process.platform !== 'linux') return psLine(pid, 'command=')?.includes(dataDirectory) === true
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'postgres\n' && workplaceOf(pid) === dataDirectory
  } catch {
    return false
  }
}

/** Where the process works, or, when the system does not tell us, where it was told to. */
function workplaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch (error) {
    // Of another account's processes not even root is told in a container (it lacks CAP_SYS_PTRACE).
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return args[args.indexOf('-D') + 1]
  }
}

function psLine(pid: number, column: string): string | undefined {
  const { stdout } = spawnSync('/bin/ps', ['-o', column, '-p', String(pid)], { env: environment, encoding: 'utf8' })
  const line = (stdout ?? '').trim()
  return line === '' ? undefined : line
}
