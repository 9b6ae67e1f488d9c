import type { HistogramState } from './collector/store/histogram-state.ts'

/**
 * The value that the share `part` of what a histogram was told is below of, taken as evenly spread within its bucket. What
 * is above all bounds counts as the highest of them: nothing more is known.
 *
 * Source: Prometheus, `histogram_quantile`.
 */
export function quantile({ bounds, counts }: HistogramState, part: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const rank = part * total
  let below = 0
  for (const [at, count] of counts.entries()) {
    const upper = bounds[at]
    if (upper === undefined) break
    if (count > 0 && below + count >= rank) {
      const lower = bounds[at - 1] ?? Math.min(0, upper)
      return lower + (upper - lower) * ((rank - below) / count)
    }
    below += count
  }
  return bounds.at(-1) ?? Number.NaN
}
