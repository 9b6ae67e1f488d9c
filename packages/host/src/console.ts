/** Where a command's output goes: the process's own streams, or a test's. */
export interface Console {
  /** Prints a line. A promise means that the reader is slow, and resolves when it has caught up. */
  out(line: string): void | Promise<void>
  err(line: string): void
  /** Whether a terminal that knows colours shows it. */
  readonly colour: boolean
  /** How wide the terminal is; absent where the output goes elsewhere. */
  readonly columns?: number
  /** Asks whoever sits there, and resolves with the line that is typed; absent when nobody does. */
  readonly ask?: (question: string) => Promise<string>
}

/** On the error stream: the output may go elsewhere. An end of input is an empty answer. */
async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await new Promise((resolve) => {
      lines.once('close', () => resolve(''))
      lines.question(question, resolve)
    })
  } finally {
    lines.close()
  }
}

/** The process's own streams. `onClosed` is called once, when nobody reads our output any more; it then goes nowhere. */
export function processConsole(onClosed: () => void): Console & { flush(): Promise<void> } {
  const { stdout, stderr } = process
  let caughtUp: PromiseWithResolvers<void> | undefined
  let isClosed = false
  const onCaughtUp = (): void => {
    caughtUp?.resolve()
    caughtUp = undefined
  }
  const onError = (): void => {
    // The streams report it again for every further write.
    if (isClosed) return
    isClosed = true
    // A reader that has gone is not waited for: those who print must be able to come to their end.
    onCaughtUp()
    onClosed()
  }
  stdout.on('drain', onCaughtUp).on('error', onError)
  stderr.on('error', onError)
  return {
    out(line) {
      if (isClosed || stdout.write(`${line}\n`)) return undefined
      caughtUp ??= Promise.withResolvers()
      return caughtUp.promise
    },
    err: (line) => void stderr.write(`${line}\n`),
    colour: stdout.isTTY && stdout.hasColors(),
    ...(stdout.isTTY && stdout.columns > 0 ? { columns: stdout.columns } : {}),
    ...(process.stdin.isTTY && stderr.isTTY ? { ask } : {}),
    flush: () => new Promise((resolve) => stdout.write('', () => resolve())),
  }
}
