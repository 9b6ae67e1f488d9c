/** One measured figure, with the limit it is held to. */
export interface Figure {
  /** Within its area: `warm-start`. */
  readonly name: string
  readonly unit: string
  /** One value a round, in the order measured. */
  readonly rounds: readonly number[]
  /** What the median must not exceed, or must reach; absent for figures that only orient. */
  readonly limit?: { readonly atMost: number } | { readonly atLeast: number }
  /** What was done to get it, in a sentence. */
  readonly how: string
}

/** What a benchmark area measures. `quick` may cut rounds and durations, never the limits. */
export interface Area {
  readonly name: string
  measure(options: { readonly quick: boolean; readonly report: (line: string) => void }): Promise<readonly Figure[]>
}

/** The middle value; the mean of the two in the middle where there are two. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('median: there are no values')
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] as number
  return Number.isInteger(middle) ? ((sorted[middle - 1] as number) + upper) / 2 : upper
}

/** The value below which `share` of the values are: 0.99 for p99. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('quantile: there are no values')
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] as number
}

/** Whether the figure's median keeps its limit; `undefined` where it has none. */
export function keepsLimit({ rounds, limit }: Figure): boolean | undefined {
  if (limit === undefined) return undefined
  return 'atMost' in limit ? median(rounds) <= limit.atMost : median(rounds) >= limit.atLeast
}

/** The line that a figure with a limit ends on: `target repo.warm-start 1500 3000 ok`. */
export function targetLine(area: string, figure: Figure): string | undefined {
  const { limit } = figure
  if (limit === undefined) return undefined
  const bound = 'atMost' in limit ? limit.atMost : limit.atLeast
  return `target ${area}.${figure.name} ${rounded(median(figure.rounds))} ${bound} ${keepsLimit(figure) === true ? 'ok' : 'short'}`
}

/** Three significant digits for small values, whole numbers for the others. */
export function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
