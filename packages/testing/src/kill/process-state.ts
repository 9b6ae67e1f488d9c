import { readdirSync, readFileSync } from 'node:fs'

/**
 * Whether any thread of the process still runs: it exists and is neither stopped nor a process that has ended and waits
 * to be collected. Always false where the system does not say (only Linux does).
 */
export function isRunning(pid: number | undefined): boolean {
  return threadsOf(pid).some((thread) => !/^[TtZX]$/.test(stateOf(`/proc/${pid}/task/${thread}/stat`)))
}

function threadsOf(pid: number | undefined): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

// proc(5): the state follows the program's name, which may hold spaces and parentheses.
function stateOf(path: string): string {
  try {
    const stat = readFileSync(path, 'utf8')
    return stat.charAt(stat.lastIndexOf(')') + 2)
  } catch {
    return 'X'
  }
}
