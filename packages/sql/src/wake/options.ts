import type { Clock, Random } from '@ashlar/kernel'

/** Why a listener is called: it was notified, its connection was made (anew), or it is time to look anyway. */
export type WakeReason = 'notify' | 'connect' | 'poll'

/** What happened on a channel since the listener was last called. */
export interface WakeUp {
  readonly reason: WakeReason
  /** The different payloads, at most 100: hints about where to look first, never the only word of anything. */
  readonly payloads: readonly string[]
}

/** Never called again before the promise it returned has settled; what comes meanwhile makes one call after it. */
export type WakeListener = (wakeUp: WakeUp) => void | Promise<void>

export interface WakeOptions {
  /** As for `openDatabase`. */
  readonly url: string
  /** Shown in the server's list of sessions. @default 'ashlar wake' */
  readonly name?: string
  /** How long at most, on average, a notification that was lost goes unnoticed: between 0.75 and 1.25 times this. @default 5_000 */
  readonly pollMs?: number
  /** How long connecting may take. @default 10_000 */
  readonly connectTimeoutMs?: number
  readonly clock?: Clock
  readonly random?: Random
}
