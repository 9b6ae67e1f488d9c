import { CancelledError, runCall, type Clock, type Closeable, type Timer } from '@ashlar/kernel'

export interface EveryOptions {
  /** From the end of one run to the start of the next, so that runs never overlap. */
  readonly intervalMs: number
  /** How long one run may take. */
  readonly timeoutMs: number
  readonly clock: Clock
  /** A run failed. The next one comes all the same. */
  readonly onError: (error: unknown) => void
}

/**
 * Runs `work` again and again, each time as a call of its own, until drained or disposed of. Both cancel the run in
 * flight and wait for its end.
 */
export function every(options: EveryOptions, work: () => Promise<void>): Closeable {
  const { clock, intervalMs, timeoutMs, onError } = options
  const stop = new AbortController()
  let running: Promise<void> | undefined
  let timer: Timer | undefined
  const arm = (): void => {
    if (!stop.signal.aborted) timer = clock.timer(intervalMs, begin, { background: true })
  }
  const begin = (): void => {
    running = run()
  }
  const run = async (): Promise<void> => {
    try {
      await runCall({ parent: null, signal: stop.signal, timeoutMs, clock }, work)
    } catch (error) {
      if (!stop.signal.aborted) onError(error)
    } finally {
      running = undefined
      arm()
    }
  }
  const end = async (): Promise<void> => {
    stop.abort(new CancelledError('stopping'))
    timer?.cancel()
    await running
  }
  arm()
  return { drain: end, [Symbol.asyncDispose]: end }
}
