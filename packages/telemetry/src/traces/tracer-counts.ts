import type { KeepReason } from './trace-decision.ts'

/** What has become of a tracer's spans: `ended` is the sum of `kept`, `notKept`, `overflowed` and `waiting`. */
export interface TracerCounts {
  /** Spans that have ended. */
  ended: number
  /** Spans that were kept. */
  kept: number
  /** Spans of traces that were not kept. */
  notKept: number
  /** Spans that were left out because their trace had too many. */
  overflowed: number
  /** Spans that wait for what is decided about their trace. */
  waiting: number
  /** Kept spans that were overwritten before they were drained, or before a listener could be told. */
  overwritten: number
  /** Traces that were kept, by why. */
  readonly traces: Record<KeepReason, number>
  /** Traces that were decided before their first span had ended. */
  decidedEarly: number
  /** Attributes, events and links that were left out. */
  leftOut: number
  /** Names and attributes that were cut. */
  shortened: number
  /** Times that a listener threw. */
  failedListeners: number
}

export function noCounts(): TracerCounts {
  return {
    ended: 0,
    kept: 0,
    notKept: 0,
    overflowed: 0,
    waiting: 0,
    overwritten: 0,
    traces: { error: 0, slow: 0, 'one-in-n': 0, forced: 0 },
    decidedEarly: 0,
    leftOut: 0,
    shortened: 0,
    failedListeners: 0,
  }
}
