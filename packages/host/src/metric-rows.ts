import type { SeriesView } from './collector/query/series-in-range.ts'
import { sumOfStates, type HistogramState } from './collector/store/histogram-state.ts'

/** A row of a table: processes of one service that told the same, one after the other. */
export type MetricRow = readonly [SeriesView, ...SeriesView[]]

/** What they all grew by. */
export interface Growth {
  readonly amount: number
  readonly sum: number
  /** From the first point to the last, and what goes before it of the time that is counted. */
  readonly seconds: number
  readonly histogram: HistogramState | undefined
}

/**
 * Series as people think of them: a process that was started anew goes on with the row of the one before. Processes that
 * ran at the same time have rows of their own. By service, then by labels.
 */
export function metricRows(series: readonly SeriesView[]): MetricRow[] {
  const rows = new Map<string, [SeriesView, ...SeriesView[]][]>()
  for (const one of series.toSorted((a, b) => startOf(a) - startOf(b))) {
    const labels = Object.entries(one.attributes).sort(([a], [b]) => (a < b ? -1 : 1))
    const key = JSON.stringify([one.service, labels])
    const ofSame = rows.get(key) ?? []
    const before = ofSame.find((row) => endOf(row.at(-1) as SeriesView) < startOf(one))
    if (before === undefined) rows.set(key, [...ofSame, [one]])
    else before.push(one)
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, ofSame]) => ofSame)
}

/** `undefined` when it is not known of any. */
export function growthOf(row: MetricRow): Growth | undefined {
  const known = row.flatMap(({ increase }) => (increase === undefined ? [] : [increase]))
  if (known.length === 0) return undefined
  return {
    amount: known.reduce((total, { amount }) => total + amount, 0),
    sum: known.reduce((total, { sum = 0 }) => total + sum, 0),
    seconds: (endOf(row.at(-1) ?? row[0]) - (row[0].increase?.fromMs ?? startOf(row[0]))) / 1_000,
    histogram: together(known.flatMap(({ histogram }) => (histogram === undefined ? [] : [histogram]))),
  }
}

/** Of those that are known. */
function together([first, ...others]: readonly HistogramState[]): HistogramState | undefined {
  return others.reduce<HistogramState | undefined>((all, one) => all && sumOfStates(all, one), first)
}

function startOf({ points }: SeriesView): number {
  return points[0]?.[0] ?? 0
}

function endOf({ points }: SeriesView): number {
  return points.at(-1)?.[0] ?? 0
}
