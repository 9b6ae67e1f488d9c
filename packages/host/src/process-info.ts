import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a living process was started, in the system's own words, or `undefined` when there is none. A process id alone
 * says little: the system gives it to somebody else later.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxProcessStart(pid)
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return started === '' ? undefined : started
  } catch {
    return undefined
  }
}

// proc(5): the second field, the program's name, may hold spaces and parentheses; the third is the state, where Z is a
// process that has ended; the 22nd is the start.
function linuxProcessStart(pid: number): string | undefined {
  const stat = readProc(`${pid}/stat`)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? undefined : fields[19]
}

/**
 * The memory of a process and of all it has started, in bytes: what is shared counts in parts, so that sums are right.
 * `undefined` where the system does not say (only Linux does).
 */
export function memoryOf(pid: number): number | undefined {
  const own = ownMemoryOf(pid)
  return own === undefined ? undefined : childrenOf(pid).reduce((sum, child) => sum + (memoryOf(child) ?? 0), own)
}

/** As {@link memoryOf}, without what the process has started. */
export function ownMemoryOf(pid: number): number | undefined {
  const own = /^Pss:\s+(\d+) kB/m.exec(readProc(`${pid}/smaps_rollup`) ?? '')?.[1]
  return own === undefined ? undefined : Number(own) * 1024
}

function childrenOf(pid: number): number[] {
  const children = readProc(`${pid}/task/${pid}/children`) ?? ''
  return children.split(' ').filter(Boolean).map(Number)
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return undefined
  }
}
