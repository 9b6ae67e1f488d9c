/** How a histogram stands at a time. */
export interface HistogramState {
  readonly bounds: readonly number[]
  /** One more than there are bounds. Not cumulative. */
  readonly counts: readonly number[]
}

/** Both together; `undefined` where their buckets are not the same. */
export function sumOfStates(one: HistogramState, other: HistogramState): HistogramState | undefined {
  if (!hasSameBounds(one, other)) return undefined
  return { bounds: one.bounds, counts: one.counts.map((count, at) => count + (other.counts[at] ?? 0)) }
}

/** What came between them; `undefined` where the buckets are others, or one has fewer than before. */
export function differenceOfStates(last: HistogramState, first: HistogramState): HistogramState | undefined {
  if (!hasSameBounds(last, first)) return undefined
  const counts = last.counts.map((count, at) => count - (first.counts[at] ?? 0))
  return counts.every((count) => count >= 0) ? { bounds: last.bounds, counts } : undefined
}

function hasSameBounds({ bounds }: HistogramState, other: HistogramState): boolean {
  return bounds.length === other.bounds.length && bounds.every((bound, at) => bound === other.bounds[at])
}
