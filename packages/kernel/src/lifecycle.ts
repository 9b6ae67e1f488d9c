import { orAborted } from './call.ts'
import { systemClock, type Clock } from './clock.ts'
import { CombinedError } from './errors.ts'

/** Something that holds resources. May also have work in flight that deserves an orderly end. */
export interface Closeable extends AsyncDisposable {
  /** Takes no new work and resolves when what is in flight has ended, or the signal aborts. */
  drain?(signal: AbortSignal): Promise<void>
}

/** What a composition root returns: closes its parts in order, once, whoever asks and however often. */
export interface Lifecycle extends AsyncDisposable {
  /**
   * Drains all parts, last started first, then disposes of them in the same order. A part that fails stops none of
   * the others. Drain gives up after `drainTimeoutMs` and disposing goes ahead.
   * @throws {CombinedError} with every failure.
   */
  close(): Promise<void>
}

export interface LifecycleOptions {
  /** How long work in flight may take to end, for all parts together. @default 10_000 */
  readonly drainTimeoutMs?: number
  readonly clock?: Clock
}

/**
 * Joins the parts of an app, given in the order in which they were started, into one that closes them in reverse.
 * Draining goes part by part: what is upstream stops sending before what is downstream stops listening.
 */
export function closeAll(parts: readonly Closeable[], options: LifecycleOptions = {}): Lifecycle {
  const { drainTimeoutMs = 10_000, clock = systemClock } = options
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= closeInReverse(parts, drainTimeoutMs, clock))
  return { close, [Symbol.asyncDispose]: close }
}

async function closeInReverse(parts: readonly Closeable[], drainTimeoutMs: number, clock: Clock): Promise<void> {
  const failures: unknown[] = []
  const giveUp = new AbortController()
  const timer = clock.timer(drainTimeoutMs, () => giveUp.abort())
  const reversed = parts.toReversed()
  for (const part of reversed) {
    try {
      // A part that pays the signal no heed must not keep the others from being disposed of.
      if (part.drain !== undefined) await orAborted(part.drain(giveUp.signal), giveUp.signal)
    } catch (error) {
      // An aborted drain is the agreed end of waiting, not a failure.
      if (!giveUp.signal.aborted) failures.push(error)
    }
  }
  timer.cancel()
  for (const part of reversed) {
    try {
      await part[Symbol.asyncDispose]()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new CombinedError('some parts did not close cleanly', failures)
}

/** A part that only needs disposing of. */
export function closeable(dispose: () => void | Promise<void>): Closeable {
  return {
    async [Symbol.asyncDispose]() {
      await dispose()
    },
  }
}
