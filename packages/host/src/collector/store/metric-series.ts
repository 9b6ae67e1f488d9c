import type { HistogramPointRecord, MetricRecord, NumberPointRecord } from '@ashlar/telemetry/otlp'
import type { Attributes } from '@ashlar/telemetry/traces'
import { sumOfStates, type HistogramState } from './histogram-state.ts'

/** What a series was at a time: its value, or how often and how much a histogram has been told. */
export type SeriesPoint =
  | readonly [timeMs: number, value: number]
  | readonly [timeMs: number, count: number, sum: number]

/** What tells a series from the others of its metric. */
export interface SeriesIdentity {
  readonly service: string
  /** Which of the service's processes; empty when the sender does not say. */
  readonly instance: string
  /** Since when it counts: a process that starts anew counts from nothing. 0 when that is not known, or means nothing. */
  readonly startMs: number
  readonly attributes: Attributes
}

export interface SeriesOptions extends SeriesIdentity {
  readonly isHistogram: boolean
  readonly maxPoints: number
  readonly stepMs: number
}

/** The same for the same series, in whatever order its labels come. */
export function keyOf({ service, instance, startMs, attributes }: SeriesIdentity): string {
  return JSON.stringify([service, instance, startMs, Object.entries(attributes).sort(byName)])
}

/** One series of a metric: its latest points, one for each step of time. Sums that come as differences are added up. */
export class MetricSeries implements SeriesIdentity {
  readonly service: string
  readonly instance: string
  readonly startMs: number
  readonly attributes: Attributes
  readonly #stepMs: number
  readonly #times: Float64Array
  readonly #values: Float64Array
  readonly #sums: Float64Array | undefined
  /** How many points there are, and where the next one goes. */
  #length = 0
  #next = 0
  #histogram: HistogramState | undefined
  #seenMs = 0
  /** How many of the points were added, or changed, since they were last taken. */
  #fresh = 0

  constructor({ service, instance, startMs, attributes, isHistogram, maxPoints, stepMs }: SeriesOptions) {
    this.service = service
    this.instance = instance
    this.startMs = startMs
    this.attributes = attributes
    this.#stepMs = stepMs
    this.#times = new Float64Array(maxPoints)
    this.#values = new Float64Array(maxPoints)
    this.#sums = isHistogram ? new Float64Array(maxPoints) : undefined
  }

  /** When it was last told of. */
  get seenMs(): number {
    return this.#seenMs
  }

  get histogram(): HistogramState | undefined {
    return this.#histogram
  }

  /** Oldest first, none before `fromMs`. */
  points(fromMs: number): SeriesPoint[] {
    return this.#latest(this.#length).filter(([timeMs]) => timeMs >= fromMs)
  }

  /** The points since this was last called, oldest first: the last of each `everyMs`. */
  take(everyMs: number): SeriesPoint[] {
    const fresh = this.#latest(this.#fresh)
    this.#fresh = 0
    const part = (at: number): number => Math.floor((fresh[at]?.[0] ?? Infinity) / everyMs)
    return fresh.filter((_, at) => part(at) !== part(at + 1))
  }

  /** Returns false for a point that would make the total one that no number holds; nothing has changed then. */
  add(metric: MetricRecord, point: NumberPointRecord | HistogramPointRecord, nowMs: number): boolean {
    const isDelta = 'temporality' in metric && metric.temporality === 'delta'
    const last = this.#at(1)
    const [value, sum] = 'value' in point ? [point.value, 0] : [point.count, point.sum]
    const isFirst = this.#length === 0
    const total = isDelta && !isFirst ? (this.#values[last] as number) + value : value
    const totalSum = isDelta && !isFirst ? (this.#sums?.[last] ?? 0) + sum : sum
    if (!Number.isFinite(total) || !Number.isFinite(totalSum)) return false
    this.#seenMs = nowMs
    if ('counts' in point) {
      const { bounds, counts } = point
      const before = isDelta ? this.#histogram : undefined
      this.#histogram = (before && sumOfStates(before, { bounds, counts })) ?? { bounds, counts }
    }
    // Within a step the latest wins. A clock that went back must not make the series stand still.
    const isSameStep =
      !isFirst && Math.floor(nowMs / this.#stepMs) === Math.floor((this.#times[last] as number) / this.#stepMs)
    const at = isSameStep ? last : this.#next
    if (!isSameStep) {
      this.#next = (this.#next + 1) % this.#times.length
      this.#length = Math.min(this.#length + 1, this.#times.length)
    }
    this.#fresh = isSameStep ? Math.max(this.#fresh, 1) : Math.min(this.#fresh + 1, this.#length)
    this.#times[at] = nowMs
    this.#values[at] = total
    if (this.#sums !== undefined) this.#sums[at] = totalSum
    return true
  }

  /** So many, oldest first. */
  #latest(count: number): SeriesPoint[] {
    const points: SeriesPoint[] = []
    for (let back = count; back > 0; back--) {
      const at = this.#at(back)
      const [timeMs, value] = [this.#times[at] as number, this.#values[at] as number]
      points.push(this.#sums === undefined ? [timeMs, value] : [timeMs, value, this.#sums[at] as number])
    }
    return points
  }

  /** Where the point is that was added as the `back`-th last. */
  #at(back: number): number {
    return (this.#next - back + this.#times.length) % this.#times.length
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}
