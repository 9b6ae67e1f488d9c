import { systemRandom, type Random } from './random.ts'

/**
 * How delays are spread, so that many who failed together do not come back together. With `ceiling` =
 * min(maxDelayMs, baseDelayMs * 2^(attempt-1)), uniform in:
 *
 * - `full`: [0, ceiling). Least load on what is sick, and some come back at once.
 * - `equal`: [ceiling/2, ceiling). Nobody comes back at once.
 * - `decorrelated`: [baseDelayMs, 3 * the delay before), at most maxDelayMs. Grows with what was drawn, not with the
 *   attempt; those who fail together drift apart fastest.
 */
export type Jitter = 'full' | 'equal' | 'decorrelated'

export interface BackoffOptions {
  /** Upper bound of the first delay; the lower bound of every delay where jitter is decorrelated. @default 100 */
  readonly baseDelayMs?: number
  /** Upper bound of every delay. @default 10_000 */
  readonly maxDelayMs?: number
  /** @default 'equal' */
  readonly jitter?: Jitter
  readonly random?: Random
}

/**
 * How long to wait before attempt `attempt` (1 is the first retry). Jitter that draws on the delay before needs a
 * {@link backoff}.
 *
 * Source: M. Brooker, "Exponential Backoff And Jitter".
 */
export function backoffDelayMs(
  attempt: number,
  options: BackoffOptions & { readonly jitter?: Exclude<Jitter, 'decorrelated'> } = {},
): number {
  const { baseDelayMs = 100, maxDelayMs = 10_000, jitter = 'equal', random = systemRandom } = options
  const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(attempt - 1, 30))
  return jitter === 'full' ? ceiling * random.next() : ceiling / 2 + (ceiling / 2) * random.next()
}

/**
 * The delays of one sequence of retries: each call gives the next. One sequence each; it holds where it stands.
 *
 * Source: M. Brooker, "Exponential Backoff And Jitter".
 * @throws {RangeError} when a delay is negative or no number, or the longest is shorter than the first.
 */
export function backoff(options: BackoffOptions = {}): () => number {
  const { baseDelayMs = 100, maxDelayMs = 10_000, jitter = 'equal', random = systemRandom } = options
  if (!(baseDelayMs >= 0)) throw new RangeError(`backoff: baseDelayMs must be 0 or more, got ${baseDelayMs}`)
  if (!(maxDelayMs >= baseDelayMs && maxDelayMs < Infinity)) {
    throw new RangeError(`backoff: maxDelayMs must be finite and at least baseDelayMs, got ${maxDelayMs}`)
  }
  if (jitter !== 'decorrelated') {
    let attempt = 0
    return () => backoffDelayMs(++attempt, { baseDelayMs, maxDelayMs, jitter, random })
  }
  let delayMs = baseDelayMs
  return () => (delayMs = Math.min(maxDelayMs, baseDelayMs + (3 * delayMs - baseDelayMs) * random.next()))
}
