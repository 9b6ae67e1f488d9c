import { readdirSync, readFileSync } from 'node:fs'

/** Files that the process has open; `undefined` where there is no `/proc`. */
export function openFiles(): number | undefined {
  // One of them is the directory that is being read.
  return orUndefined(() => readdirSync('/proc/self/fd').length - 1)
}

/** Files that the process may have open; `undefined` where there is no such limit, or no `/proc`. */
export function maxFiles(): number | undefined {
  return orUndefined(() => number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]))
}

/** Address space of the process, in bytes; `undefined` where there is no `/proc`. */
export function virtualMemory(): number | undefined {
  return orUndefined(() => {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    // The program's name is in parentheses and may hold anything; `vsize` is the 21st field after it.
    return number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[20])
  })
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function orUndefined(read: () => number | undefined): number | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
