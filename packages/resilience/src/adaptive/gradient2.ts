import { tooManyFailed, type LimitAlgorithm } from './algorithm.ts'
import type { LoadSample } from './load-window.ts'

export interface Gradient2Options {
  /** How much longer calls may take than without a queue before the limit falls. 1 to 3. @default 1.05 */
  readonly tolerance?: number
  /** How fast the limit follows: the weight of the latest window. Above 0, at most 1. @default 0.4 */
  readonly smoothing?: number
  /** Windows at the limit after which the latency without a queue is measured again. Integer, 5 to 1,000. @default 30 */
  readonly probeEvery?: number
}

/** By how much a probe lowers the limit. */
const probeShare = 0.7
/** With so much of the throughput left, what was taken away had only been queueing. */
const sameThroughput = 0.9
/** Averages of a window differ that much by themselves. */
const noise = 0.3
const failureBackoff = 0.9
/** The way up, until the latency shows an end to it. */
const startGrowth = 0.5
const startUntil = 0.8

/**
 * Finds how many calls a dependency can take at a time by their latency: above that number they queue, and take longer in
 * proportion. Each window the limit is multiplied by (latency without a queue / latency now), at least a half and at most
 * one, and a third of its square root is added, to find out whether there is more.
 *
 * Source: Netflix concurrency-limits, `Gradient2Limit`. Differs: that compares with a long average of the latency, which a
 * lasting overload raises, and the limit with it. This measures the latency without a queue, as Envoy's gradient controller
 * does: now and then the limit is lowered for two windows, and further as long as the throughput does not suffer.
 * @throws {RangeError} naming the option and its value.
 */
export function gradient2(options: Gradient2Options = {}): LimitAlgorithm {
  const { tolerance = 1.05, smoothing = 0.4, probeEvery = 30 } = options
  if (!(tolerance >= 1 && tolerance <= 3)) throw new RangeError(`gradient2: tolerance must be 1 to 3, got ${tolerance}`)
  if (!(smoothing > 0 && smoothing <= 1)) {
    throw new RangeError(`gradient2: smoothing must be above 0 and at most 1, got ${smoothing}`)
  }
  if (!(Number.isInteger(probeEvery) && probeEvery >= 5 && probeEvery <= 1_000)) {
    throw new RangeError(`gradient2: probeEvery must be a whole number of 5 to 1000, got ${probeEvery}`)
  }
  return new Gradient2(tolerance, smoothing, probeEvery)
}

interface Probe {
  /** To be gone back to. */
  readonly limit: number
  /** What got through there, in calls a millisecond. */
  readonly throughput: number
  /** The limit had fallen far, and the latency had not. */
  readonly wasInVain: boolean
  /** Calls from before are still under way. */
  draining: boolean
}

class Gradient2 implements LimitAlgorithm {
  readonly #tolerance: number
  readonly #smoothing: number
  readonly #probeEvery: number
  /** Latency without a queue, as far as is known. */
  #unqueuedMs = 0
  #untilProbe: number
  /** The limit with its fraction. */
  #limit = 0
  /** The limit at its highest since the last probe. */
  #highest = 0
  #probe: Probe | undefined
  /** Nothing has shown yet that there is an end to it. */
  #isStarting = true

  constructor(tolerance: number, smoothing: number, probeEvery: number) {
    this.#tolerance = tolerance
    this.#smoothing = smoothing
    this.#probeEvery = probeEvery
    this.#untilProbe = probeEvery
  }

  next(sample: LoadSample): number {
    const { limit, latencyMs, peak } = sample
    // What the caller rounded, or cut at its bounds.
    if (Math.abs(this.#limit - limit) >= 1) this.#limit = limit
    if (this.#unqueuedMs === 0) this.#unqueuedMs = latencyMs
    if (this.#probe !== undefined) return this.#goOn(this.#probe, sample)
    this.#unqueuedMs += (latencyMs - this.#unqueuedMs) * this.#weight(sample)
    if (tooManyFailed(sample)) return (this.#limit *= failureBackoff)
    if (peak * 2 < limit) return limit
    const tolerableMs = this.#tolerance * this.#unqueuedMs
    const gradient = latencyMs > tolerableMs ? Math.max(0.5, tolerableMs / latencyMs) : 1
    if (gradient < startUntil) this.#isStarting = false
    const more = this.#isStarting ? this.#limit * startGrowth : Math.max(1, Math.sqrt(this.#limit) / 3)
    const target = this.#limit * gradient + more
    this.#limit += (target - this.#limit) * this.#smoothing
    this.#highest = Math.max(this.#highest, this.#limit)
    const isInVain = this.#limit < this.#highest * 0.6
    if (peak >= limit && (--this.#untilProbe <= 0 || isInVain)) return this.#begin(sample, isInVain)
    return this.#limit
  }

  /** Less latency is believed soon; more of it only where the limit cannot be why. */
  #weight({ latencyMs, peak, limit }: LoadSample): number {
    if (latencyMs < this.#unqueuedMs) return 0.2
    return peak * 2 < limit ? 0.1 : 0
  }

  #begin({ calls, durationMs, limit }: LoadSample, wasInVain: boolean): number {
    this.#probe = { limit, throughput: calls / durationMs, wasInVain, draining: true }
    return (this.#limit = limit * probeShare)
  }

  #goOn(probe: Probe, sample: LoadSample): number {
    if (probe.draining) {
      probe.draining = false
      return this.#limit
    }
    const { calls, durationMs, latencyMs } = sample
    const isNoise = Math.abs(latencyMs - this.#unqueuedMs) < this.#unqueuedMs * noise
    this.#unqueuedMs = isNoise ? (this.#unqueuedMs + latencyMs) / 2 : latencyMs
    // Not a queue but the work itself had changed: the limit had been wrong for a while.
    if (probe.wasInVain) this.#isStarting = true
    // Cut at its bound, the limit was not lowered, and would not be the next time.
    const wasLowered = sample.limit < probe.limit
    if (wasLowered && calls / durationMs >= probe.throughput * sameThroughput) return this.#begin(sample, false)
    this.#probe = undefined
    this.#untilProbe = this.#probeEvery
    return (this.#limit = this.#highest = probe.limit)
  }
}
