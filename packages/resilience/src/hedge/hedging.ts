import { systemClock, type Policy } from '@ashlar/kernel'
import { single } from '../policy/single.ts'
import { hedgeSettings, type HedgeOptions } from './options.ts'

/**
 * A policy that makes another attempt beside one that is slow. The first success answers, and the others are told to
 * stop; a failure waits for the attempts beside it, and when all have failed the first one is told. What fails alone has
 * failed: hedging is against slowness.
 *
 * Safe from many callers. A timer of the shared wheel a call, and two clock readings where the delay is learnt.
 *
 * Source: J. Dean and L. Barroso, "The Tail at Scale": hedged requests. Differs: a budget bounds the load that hedges add,
 * and nothing is hedged while a breaker is not closed.
 * @throws {RangeError} {@link TypeError} when an option makes no sense, naming it and its value.
 */
export function hedging(options: HedgeOptions): Policy {
  const { name = 'hedge', clock = systemClock } = options
  const run = single({ name, hedge: hedgeSettings(options) }, clock)
  return (work) => run(work)
}
