/** What a metric was given and could not keep. Counted, never thrown: what is observed must not fail by it. */
export interface Losses {
  /** Numbers that are none, or out of range, and wrong numbers of labels. */
  refused: number
  /** Updates, or bindings of handles, for which there was no room: they went to the overflow series. */
  overflowed: number
  /** Values of labels that were cut. */
  cut: number
  /** Reads of an observable that threw. */
  failed: number
}

export function noLosses(): Losses {
  return { refused: 0, overflowed: 0, cut: 0, failed: 0 }
}

/**
 * The largest amount that is taken at once. Sums of such never reach infinity, from which a compensated sum would not
 * come back.
 */
export const largestAmount: number = Number.MAX_SAFE_INTEGER
