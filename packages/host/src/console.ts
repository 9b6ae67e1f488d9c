/** Where a command's output goes: the process's own streams, or a test's. */
export interface Console {
  /** Prints a line. A promise means that the reader is slow, and resolves when it has caught up. */
  out(line: string): void | Promise<void>
  err(line: string): void
  /** Whether a terminal that knows colours shows it. */
  readonly colour: boolean
}

/** The process's own streams. `onClosed` is called when nobody reads our output any more. */
export function processConsole(onClosed: () => void): Console & { flush(): Promise<void> } {
  const { stdout, stderr } = process
  let caughtUp: Promise<void> | undefined
  stdout.on('error', onClosed)
  stderr.on('error', onClosed)
  return {
    out(line) {
      if (stdout.write(`${line}\n`)) return undefined
      caughtUp ??= new Promise((resolve) => {
        stdout.once('drain', () => {
          caughtUp = undefined
          resolve()
        })
      })
      return caughtUp
    },
    err: (line) => void stderr.write(`${line}\n`),
    colour: stdout.isTTY && stdout.hasColors(),
    flush: () => new Promise((resolve) => stdout.write('', () => resolve())),
  }
}
