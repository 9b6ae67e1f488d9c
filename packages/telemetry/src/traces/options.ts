import type { Clock, Random } from '@ashlar/kernel'

export interface TracerOptions {
  /**
   * Spans that are kept until they are taken, and spans that wait for their trace's decision, each at the most. Beyond
   * that the oldest are overwritten, and the longest waiting decided early; both are counted. About 400 bytes a span.
   * @default 4_096
   */
  readonly capacitySpans?: number
  /** A trace whose first span here took so long is kept, in milliseconds. @default 1_000 */
  readonly slowMs?: number
  /**
   * One trace in so many is kept whatever comes of it: the same ones in every service, by the trace's id. 1 keeps all.
   * @default 100
   */
  readonly keepOneIn?: number
  /**
   * Traces that are kept because the caller asked for it (`sampled` in its `traceparent`), in a second: callers may be
   * strangers. @default 100
   */
  readonly maxForcedPerSecond?: number
  /**
   * Of the traces that begin in this process, so many a second are asked for, here and in every service that they reach:
   * the first, so that whoever tries something finds its trace, however few are kept of many. @default 20
   */
  readonly askPerSecond?: number
  /** Spans of one trace that wait for its decision; later ones are left out. @default 512 */
  readonly maxSpansPerTrace?: number
  /**
   * A trace whose first span has not ended by then is decided by what is known, in milliseconds; twice that at the
   * latest. @default 60_000
   */
  readonly maxOpenMs?: number
  readonly clock?: Clock
  readonly random?: Random
}

/** @throws {RangeError} naming the option and the value got. */
export function requireInteger(name: string, value: number, min: number): number {
  if (!Number.isInteger(value) || value < min) {
    throw new RangeError(`Tracer: ${name} must be an integer of ${min} or more, got ${value}`)
  }
  return value
}
