import type { HistogramState, SeriesIdentity, SeriesPoint } from '../store/metric-series.ts'
import type { StoredMetric } from '../store/metric-store.ts'
import type { TimeRange } from './time-range.ts'

/** By how much a counter, or a histogram, grew. */
export interface Increase {
  /** Of a histogram: how often it was told. */
  readonly amount: number
  readonly sum?: number
  /** In which buckets; absent where that is not known. It may begin some minutes late: buckets are kept now and then. */
  readonly histogram?: HistogramState
}

export interface SeriesView extends SeriesIdentity {
  /** Time and value, or time, count and sum; oldest first: the first that there is, and the last of each step. */
  readonly points: readonly SeriesPoint[]
  /** Of a counter or a histogram, from its first point on; from 0 on when it began within the time that was asked for. */
  readonly increase?: Increase
  /** Of a histogram: how it stands at the end. */
  readonly histogram?: HistogramState
}

/** Puts one series together from what memory and history have of it, the newest first. */
export class SeriesInRange {
  readonly #identity: SeriesIdentity
  readonly #kind: StoredMetric['kind']
  readonly #range: TimeRange
  /** Newest first. */
  readonly #points: SeriesPoint[] = []
  #oldest: SeriesPoint | undefined
  #amount = 0
  #sum = 0
  #isGrowthKnown = false
  #last: HistogramState | undefined
  /** The earliest that is known, unless that is the last too. */
  #first: HistogramState | undefined

  constructor(
    { service, instance, startMs, attributes }: SeriesIdentity,
    kind: StoredMetric['kind'],
    range: TimeRange,
  ) {
    this.#identity = { service, instance, startMs, attributes }
    this.#kind = kind
    this.#range = range
  }

  /** Those that are not older than what was added before are passed over: memory and history overlap. */
  add(points: readonly SeriesPoint[], histogram: HistogramState | undefined): void {
    const { fromMs, toMs } = this.#range
    const lastMs = points.at(-1)?.[0] ?? Infinity
    if (histogram !== undefined && lastMs >= fromMs && lastMs <= toMs) {
      if (this.#last === undefined) this.#last = histogram
      else this.#first = histogram
    }
    for (const point of points.toReversed()) {
      const [timeMs] = point
      if (timeMs >= fromMs && timeMs <= toMs && timeMs < (this.#oldest?.[0] ?? Infinity)) this.#addOlder(point)
    }
  }

  get isEmpty(): boolean {
    return this.#oldest === undefined
  }

  view(): SeriesView {
    const oldest = this.#points.at(-1) === this.#oldest ? [] : [this.#oldest as SeriesPoint]
    const increase = this.#kind === 'counter' || this.#kind === 'histogram' ? this.#increase() : undefined
    return {
      ...this.#identity,
      points: [...this.#points, ...oldest].toReversed(),
      ...(increase === undefined ? {} : { increase }),
      ...(this.#last === undefined ? {} : { histogram: this.#last }),
    }
  }

  #addOlder(point: SeriesPoint): void {
    const newer = this.#oldest
    if (newer !== undefined) {
      // What fell has started anew, and counts from nothing.
      const hasFallen = newer[1] < point[1]
      this.#amount += newer[1] - (hasFallen ? 0 : point[1])
      this.#sum += sumOf(newer) - (hasFallen ? 0 : sumOf(point))
      this.#isGrowthKnown = true
    }
    if (newer === undefined || this.#stepOf(newer) !== this.#stepOf(point)) this.#points.push(point)
    this.#oldest = point
  }

  #stepOf([timeMs]: SeriesPoint): number {
    return Math.floor(timeMs / this.#range.stepMs)
  }

  #increase(): Increase | undefined {
    const oldest = this.#oldest as SeriesPoint
    const isNew = this.#identity.startMs > 0 && this.#identity.startMs >= this.#range.fromMs
    if (!isNew && !this.#isGrowthKnown) return undefined
    const amount = this.#amount + (isNew ? oldest[1] : 0)
    if (this.#kind !== 'histogram') return { amount }
    const histogram = isNew ? this.#last : difference(this.#last, this.#first)
    const sum = this.#sum + (isNew ? sumOf(oldest) : 0)
    return { amount, sum, ...(histogram === undefined ? {} : { histogram }) }
  }
}

function sumOf(point: SeriesPoint): number {
  return point[2] ?? 0
}

/** `undefined` where the buckets are others, or one has fewer than before. */
function difference(last: HistogramState | undefined, first: HistogramState | undefined): HistogramState | undefined {
  if (last === undefined || first === undefined) return undefined
  const isSame =
    last.bounds.length === first.bounds.length && last.bounds.every((bound, at) => bound === first.bounds[at])
  const counts = last.counts.map((count, at) => count - (first.counts[at] ?? 0))
  return isSame && counts.every((count) => count >= 0) ? { bounds: last.bounds, counts } : undefined
}
