import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '@ashlar/kernel'

/** What is asked of the platform's monitor; nanoseconds between two ticks, which are `resolutionMs` apart at best. */
export interface DelayMonitor {
  readonly count: number
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly stddev: number
  percentile(percentile: number): number
  enable(): boolean
  disable(): boolean
  reset(): void
}

/** How long the event loop was late, in seconds. */
export interface Lag {
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly stddev: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

// Half the ticks of the usual 10 ms: watching an idle loop costs, too.
const resolutionMs = 20
const windowMs = 60_000

/**
 * How late the event loop was within the last minute or two.
 *
 * Two monitors take turns, and the older is read: it is started afresh when the other has seen a whole minute. So a reading
 * covers the last minute at least, whoever else reads in between; a monitor that is reset by each reading would hide from
 * one reader what another has seen.
 */
export class EventLoopLag implements Disposable {
  readonly #clock: Clock
  #older: DelayMonitor
  #newer: DelayMonitor
  #newerSinceMs: number

  constructor(
    clock: Clock,
    makeMonitor: () => DelayMonitor = () => monitorEventLoopDelay({ resolution: resolutionMs }),
  ) {
    this.#clock = clock
    this.#older = makeMonitor()
    this.#newer = makeMonitor()
    this.#older.enable()
    this.#newer.enable()
    this.#newerSinceMs = clock.now()
  }

  /** `undefined` before there was a tick. */
  read(): Lag | undefined {
    const nowMs = this.#clock.now()
    if (nowMs - this.#newerSinceMs >= windowMs) {
      this.#older.reset()
      ;[this.#older, this.#newer] = [this.#newer, this.#older]
      this.#newerSinceMs = nowMs
    }
    const monitor = this.#older
    if (monitor.count === 0) return undefined
    return {
      min: lagOf(monitor.min),
      max: lagOf(monitor.max),
      mean: lagOf(monitor.mean),
      stddev: monitor.stddev / 1e9,
      p50: lagOf(monitor.percentile(50)),
      p90: lagOf(monitor.percentile(90)),
      p99: lagOf(monitor.percentile(99)),
    }
  }

  [Symbol.dispose](): void {
    this.#older.disable()
    this.#newer.disable()
  }
}

/** A tick that came in time is no lag. */
function lagOf(tickNs: number): number {
  return Math.max(0, tickNs - resolutionMs * 1e6) / 1e9
}
