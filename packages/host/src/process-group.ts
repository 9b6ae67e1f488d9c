/** Ends a process at once. Nothing happens when it is gone already. */
export function killProcess(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** As {@link killProcess}, for a process that leads a group and for all that it started. */
export function killGroup(pid: number | undefined): void {
  if (pid !== undefined) killProcess(-pid)
}

/** How a process ended, in words. */
export function describeExit(code: number | null, signal: string | null): string {
  return signal === null ? `exited with code ${code}` : `was killed by ${signal}`
}
