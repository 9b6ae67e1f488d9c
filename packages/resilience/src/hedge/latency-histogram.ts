export interface LatencyHistogramOptions {
  readonly quantile: number
  /** Fewer say nothing. */
  readonly minSamples: number
  readonly minDelayMs: number
  readonly maxDelayMs: number
}

const lowestMs = 0.05
// Each bucket is 5 % wider than the one before: the answer is off by no more than that.
const growth = 1.05
const buckets = 512
const logOfGrowth = Math.log(growth)
/** So many samples are remembered fully; then all weigh half, so that the latest few thousand decide. */
const memory = 4_000
const readEvery = 32

/**
 * How long so many of the calls take, of late: a quantile of a stream of latencies, within 5 %, in 4 KiB.
 *
 * Recording is O(1); the quantile is looked up each 32nd time only. After a change of latency the answer has moved over
 * after some thousand calls.
 */
export class LatencyHistogram {
  /** The quantile within the bounds; `undefined` before enough samples. */
  delayMs: number | undefined = undefined
  readonly #options: LatencyHistogramOptions
  readonly #counts = new Float64Array(buckets)
  #total = 0
  #untilRead: number

  constructor(options: LatencyHistogramOptions) {
    this.#options = options
    this.#untilRead = options.minSamples
  }

  record(latencyMs: number): void {
    const bucket = Math.ceil(Math.log(Math.max(lowestMs, latencyMs) / lowestMs) / logOfGrowth)
    this.#counts[Math.min(buckets - 1, bucket)]! += 1
    if (++this.#total >= memory) this.#fade()
    if (--this.#untilRead <= 0) this.#read()
  }

  #fade(): void {
    this.#total = 0
    for (let bucket = 0; bucket < buckets; bucket++) this.#total += this.#counts[bucket]! /= 2
  }

  #read(): void {
    this.#untilRead = readEvery
    const { quantile, minDelayMs, maxDelayMs } = this.#options
    let above = this.#total * (1 - quantile)
    let bucket = buckets - 1
    while (bucket > 0 && (above -= this.#counts[bucket]!) >= 0) bucket--
    this.delayMs = Math.min(maxDelayMs, Math.max(minDelayMs, lowestMs * growth ** bucket))
  }
}
