import { immediate } from '#platform'

/** A timer that has been armed. Cancelling one that fired, or was cancelled, does nothing. */
export interface Timer {
  cancel(): void
}

/**
 * The only source of time. Everything that measures, waits or stamps takes one, so that tests can pass a virtual one.
 *
 * `now` and `wall` differ on purpose: durations and deadlines use `now`, which never jumps; stamps that people or
 * other machines read use `wall`.
 */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start. Fractions are meaningful. Never goes back. */
  now(): number
  /** Milliseconds since 1970-01-01T00:00Z. May jump when the machine's clock is set. */
  wall(): number
  /**
   * Calls `run` once, `delayMs` from now or a little later. Negative delays count as 0.
   * A timer keeps the process alive unless `background` is true.
   */
  timer(delayMs: number, run: () => void, options?: { background?: boolean }): Timer
  /** Calls `run` after the I/O that is already pending. */
  immediate(run: () => void): Timer
}

// A longer delay overflows the platform's 32-bit timer, which would then fire at once.
const longestDelayMs = 2 ** 31 - 1

// The global is a getter, which costs half as much again as the reading.
const monotonic = performance

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => monotonic.now(),
  wall: () => Date.now(),
  timer(delayMs, run, options) {
    const handle = setTimeout(run, Math.min(Math.max(delayMs, 0), longestDelayMs))
    // A number in a browser, where nothing waits for timers.
    if (options?.background === true && typeof handle === 'object') handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
  immediate: (run) => ({ cancel: immediate(run) }),
}

/**
 * Resolves after `delayMs`.
 * @throws `signal.reason` at once when the signal aborts; the timer is then gone.
 */
export function sleep(
  clock: Clock,
  delayMs: number,
  options: { signal?: AbortSignal | undefined; background?: boolean } = {},
): Promise<void> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason)
      return
    }
    const onAbort = (): void => {
      timer.cancel()
      reject(signal?.reason)
    }
    const timer = clock.timer(
      delayMs,
      () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      },
      { background: options.background ?? false },
    )
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** A moment of the wall clock as RFC 3339 in UTC with milliseconds: `2026-01-31T23:59:59.999Z`. */
export function toIsoTime(wallMs: number): string {
  return new Date(wallMs).toISOString()
}

/** Milliseconds since 1970 of an RFC 3339 time; `undefined` when the text is not one. */
export function parseIsoTime(text: string): number | undefined {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

/** The same moment as a `Date`, for libraries that ask for one. */
export function toDate(wallMs: number): Date {
  return new Date(wallMs)
}
