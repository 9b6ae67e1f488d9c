import { tooManyFailed, type LimitAlgorithm } from './algorithm.ts'

export interface AimdOptions {
  /** Calls that take longer on average mean that there are too many. Above 0. @default only failures mean that */
  readonly maxLatencyMs?: number
  /** What is left of the limit then. 0.5 to 0.99. @default 0.9 */
  readonly backoffRatio?: number
}

/**
 * Adds one while all goes well, takes a share away when it does not. For where good latency is known; it swings more than
 * {@link gradient2}.
 *
 * Source: TCP's additive increase, multiplicative decrease (Chiu and Jain); Netflix concurrency-limits, `AIMDLimit`.
 * Differs: one step a window, not one a call, so that a burst of timeouts is one reason and not a hundred.
 * @throws {RangeError} naming the option and its value.
 */
export function aimd(options: AimdOptions = {}): LimitAlgorithm {
  const { maxLatencyMs = Infinity, backoffRatio = 0.9 } = options
  if (!(maxLatencyMs > 0)) throw new RangeError(`aimd: maxLatencyMs must be above 0, got ${maxLatencyMs}`)
  if (!(backoffRatio >= 0.5 && backoffRatio <= 0.99)) {
    throw new RangeError(`aimd: backoffRatio must be 0.5 to 0.99, got ${backoffRatio}`)
  }
  return {
    next(sample) {
      const { limit, latencyMs, peak } = sample
      if (tooManyFailed(sample) || latencyMs > maxLatencyMs) return Math.floor(limit * backoffRatio)
      // As long as nobody needs what there is, nothing shows that there could be more.
      return peak * 2 < limit ? limit : limit + 1
    },
  }
}
