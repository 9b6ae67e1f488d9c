import { systemRandom, type Random } from './random.ts'

export interface BackoffOptions {
  /** Upper bound of the first delay. @default 100 */
  readonly baseDelayMs?: number
  /** Upper bound of every delay. @default 10_000 */
  readonly maxDelayMs?: number
  readonly random?: Random
}

/**
 * How long to wait before attempt `attempt` (1 is the first retry): uniform in the upper half of
 * [0, min(maxDelayMs, baseDelayMs * 2^(attempt-1))], so that many who failed together do not come back together.
 *
 * Source: M. Brooker, "Exponential Backoff And Jitter" (equal jitter).
 */
export function backoffDelayMs(attempt: number, options: BackoffOptions = {}): number {
  const { baseDelayMs = 100, maxDelayMs = 10_000, random = systemRandom } = options
  const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(attempt - 1, 30))
  return ceiling / 2 + (ceiling / 2) * random.next()
}
