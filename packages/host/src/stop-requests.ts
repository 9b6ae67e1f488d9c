import type { Clock } from '@ashlar/kernel'

/** Signals and other ways of being told to stop. */
export interface StopRequests extends Disposable {
  /** Aborts at the first request. */
  readonly signal: AbortSignal
  /** Resolves at the first request. */
  readonly requested: Promise<void>
}

// npm passes a Ctrl-C on to a process that the terminal has sent it to already. Nobody asks twice that quickly.
const sameRequestMs = 500

/**
 * Listens for Ctrl-C, SIGTERM, a terminal that closes, and, where another process started us for itself, for its end.
 * Whoever asks twice does not want to wait: the process exits at once, with status 1.
 */
export function onStopRequests(clock: Clock): StopRequests {
  const controller = new AbortController()
  let requestedMs = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const request = (): void => {
    if (controller.signal.aborted) {
      if (clock.now() - requestedMs < sameRequestMs) return
      process.exit(1)
    }
    requestedMs = clock.now()
    controller.abort()
    resolve()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, request)
  process.on('disconnect', request)
  return {
    signal: controller.signal,
    requested: promise,
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, request)
      process.off('disconnect', request)
    },
  }
}
