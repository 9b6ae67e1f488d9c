/** Where a command's output goes: the process's own streams, or a test's. */
export interface Console {
  /** Prints a line. A promise means that the reader is slow, and resolves when it has caught up. */
  out(line: string): void | Promise<void>
  err(line: string): void
  /** Whether a terminal that knows colours shows it. */
  readonly colour: boolean
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
    flush: () => new Promise((resolve) => stdout.write('', () => resolve())),
  }
}
