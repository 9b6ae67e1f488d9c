import { differenceOfStates, type HistogramState } from '../store/histogram-state.ts'
import type { SeriesIdentity, SeriesPoint } from '../store/metric-series.ts'
import type { StoredMetric } from '../store/metric-store.ts'
import { isWithin, type TimeRange } from './time-range.ts'

/** By how much a counter, or a histogram, grew. */
export interface Increase {
  /** Since when: its first point, or its start where that is within the time that was asked for. */
  readonly fromMs: number
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

interface BucketsAt {
  readonly timeMs: number
  readonly state: HistogramState
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
  #hasFallen = false
  #last: BucketsAt | undefined
  /** The earliest that is known, unless that is the last too. */
  #first: BucketsAt | undefined

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
    const [timeMs] = points.at(-1) ?? []
    if (histogram !== undefined && timeMs !== undefined && isWithin(this.#range, timeMs)) {
      if (this.#last === undefined) this.#last = { timeMs, state: histogram }
      else if (timeMs < this.#last.timeMs) this.#first = { timeMs, state: histogram }
    }
    for (const point of points.toReversed()) {
      const [atMs] = point
      if (isWithin(this.#range, atMs) && atMs < (this.#oldest?.[0] ?? Infinity)) this.#addOlder(point)
    }
  }

  view(): SeriesView {
    const oldest = this.#points.at(-1) === this.#oldest ? [] : [this.#oldest as SeriesPoint]
    const increase = this.#kind === 'counter' || this.#kind === 'histogram' ? this.#increase() : undefined
    return {
      ...this.#identity,
      points: [...this.#points, ...oldest].toReversed(),
      ...(increase === undefined ? {} : { increase }),
      ...(this.#last === undefined ? {} : { histogram: this.#last.state }),
    }
  }

  #addOlder(point: SeriesPoint): void {
    const newer = this.#oldest
    if (newer !== undefined) {
      // What fell has started anew, and counts from nothing.
      const hasFallen = newer[1] < point[1]
      this.#hasFallen ||= hasFallen
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
    const { startMs } = this.#identity
    // A sender whose clock is ahead says that it starts after its first point: it may have counted long before.
    const isNew = startMs > 0 && startMs >= this.#range.fromMs && startMs <= oldest[0]
    if (!isNew && !this.#isGrowthKnown) return undefined
    const fromMs = isNew ? startMs : oldest[0]
    const amount = this.#amount + (isNew ? oldest[1] : 0)
    if (this.#kind !== 'histogram') return { fromMs, amount }
    const sum = this.#sum + (isNew ? sumOf(oldest) : 0)
    const histogram = this.#buckets(isNew)
    return { fromMs, amount, sum, ...(histogram === undefined ? {} : { histogram }) }
  }

  #buckets(isNew: boolean): HistogramState | undefined {
    // What was in them when they fell is not known.
    if (this.#last === undefined || this.#hasFallen) return undefined
    if (isNew) return this.#last.state
    return this.#first === undefined ? undefined : differenceOfStates(this.#last.state, this.#first.state)
  }
}

function sumOf(point: SeriesPoint): number {
  return point[2] ?? 0
}
