import type { MetricRecord, OtlpBatch } from '@ashlar/telemetry/otlp'
import type { Clock } from '@ashlar/kernel'
import { serviceOf } from './entry.ts'
import { keyOf, MetricSeries, type SeriesIdentity } from './metric-series.ts'

export interface MetricStoreOptions {
  /** Of all metrics together. @default 10_000 */
  readonly maxSeries?: number
  /** Of one metric of one service. @default 1_000 */
  readonly maxSeriesPerMetric?: number
  /** Of the names and labels of all series together: a label can be long. @default 16_777_216 */
  readonly maxTextChars?: number
  /** How far apart the points are that are kept. @default 10_000 */
  readonly stepMs?: number
  /** How many points of a series are kept. @default 90: a quarter of an hour */
  readonly maxPoints?: number
  readonly clock: Clock
}

/** A metric as it is described by the services that have it. */
export interface StoredMetric {
  readonly name: string
  readonly kind: MetricRecord['kind']
  readonly unit: string
  readonly description: string
  readonly series: ReadonlyMap<string, MetricSeries>
}

interface Metric extends StoredMetric {
  readonly series: Map<string, MetricSeries>
  readonly perService: Map<string, number>
}

/** Why points were refused: their series were too many, or they cannot be kept. */
export type MetricRefusal = 'series' | 'name' | 'kind' | 'value'

// As OpenTelemetry bounds the names of instruments. No index of a database takes one of any length.
const maxNameLength = 255

/** The latest points of every series, in memory. A series that nobody told of for as long as points are kept is forgotten. */
export class MetricStore {
  readonly #options: Required<MetricStoreOptions>
  readonly #metrics = new Map<string, Metric>()
  #size = 0
  #textChars = 0
  #sweptMs = -Infinity
  #points = 0
  readonly #refused: Record<MetricRefusal, number> = { series: 0, name: 0, kind: 0, value: 0 }

  constructor(options: MetricStoreOptions) {
    const limits = { maxSeries: 10_000, maxSeriesPerMetric: 1_000, maxTextChars: 16 * 1_024 * 1_024 }
    this.#options = { ...limits, stepMs: 10_000, maxPoints: 90, ...options }
  }

  /** Points taken, and points refused. */
  get stats(): {
    readonly metrics: number
    readonly series: number
    readonly points: number
    readonly refused: number
    readonly refusals: Readonly<Record<MetricRefusal, number>>
  } {
    const [metrics, series, points] = [this.#metrics.size, this.#size, this.#points]
    return { metrics, series, points, refused: this.#refusedInAll, refusals: { ...this.#refused } }
  }

  /** How far back points are kept, in milliseconds. */
  get reachMs(): number {
    return this.#options.stepMs * this.#options.maxPoints
  }

  /** Returns how many points were refused. */
  add(batches: readonly OtlpBatch<MetricRecord>[]): number {
    const nowMs = this.#options.clock.wall()
    const before = this.#refusedInAll
    for (const { resource, records } of batches) {
      const service = serviceOf(resource)
      const instance = resource['service.instance.id'] ?? ''
      for (const record of records) this.#addRecord(service, String(instance), record, nowMs)
    }
    return this.#refusedInAll - before
  }

  /** By name. */
  all(): StoredMetric[] {
    this.#sweep(this.#options.clock.wall())
    return [...this.#metrics.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get(name: string): StoredMetric | undefined {
    return this.#metrics.get(name)
  }

  #addRecord(service: string, instance: string, record: MetricRecord, nowMs: number): void {
    const metric = this.#metricOf(record)
    const isDelta = 'temporality' in record && record.temporality === 'delta'
    for (const point of record.points) {
      const startMs = record.kind === 'gauge' || isDelta ? 0 : point.startMs
      const identity = { service, instance, startMs, attributes: point.attributes }
      const refusal = typeof metric === 'string' ? metric : this.#addPoint(metric, { identity, record, point, nowMs })
      if (refusal === undefined) this.#points += 1
      else this.#refused[refusal] += 1
    }
  }

  #addPoint(
    metric: Metric,
    told: {
      readonly identity: SeriesIdentity
      readonly record: MetricRecord
      readonly point: MetricRecord['points'][number]
      readonly nowMs: number
    },
  ): MetricRefusal | undefined {
    const { identity, record, point, nowMs } = told
    if (!isFinitePoint(point)) return 'value'
    const key = keyOf(identity)
    // What counts from the point before begins, in all, with the first that comes.
    const startMs = 'temporality' in record && record.temporality === 'delta' ? nowMs : identity.startMs
    const series = metric.series.get(key) ?? this.#newSeries(metric, key, { ...identity, startMs }, nowMs)
    if (series === undefined) return 'series'
    return series.add(record, point, nowMs) ? undefined : 'value'
  }

  /** Another kind of that name is refused: its numbers mean something else. */
  #metricOf({ name, kind, unit, description }: MetricRecord): Metric | MetricRefusal {
    // PostgreSQL's text has no room for NUL.
    if (name.length > maxNameLength || name.includes('\0') || !name.isWellFormed()) return 'name'
    const known = this.#metrics.get(name)
    if (known !== undefined) return known.kind === kind ? known : 'kind'
    return { name, kind, unit, description, series: new Map(), perService: new Map() }
  }

  #newSeries(metric: Metric, key: string, identity: SeriesIdentity, nowMs: number): MetricSeries | undefined {
    const { maxPoints, stepMs } = this.#options
    const { service } = identity
    // What is forgotten makes room, and is looked for now and then only.
    if (!this.#hasRoom(metric, service, key)) this.#sweep(nowMs)
    if (!this.#hasRoom(metric, service, key)) return undefined
    const isHistogram = metric.kind === 'histogram'
    const series = new MetricSeries({ ...identity, isHistogram, maxPoints, stepMs })
    this.#metrics.set(metric.name, metric)
    metric.series.set(key, series)
    metric.perService.set(service, (metric.perService.get(service) ?? 0) + 1)
    this.#size += 1
    this.#textChars += textCharsOf(metric, key)
    return series
  }

  get #refusedInAll(): number {
    return Object.values(this.#refused).reduce((sum, count) => sum + count, 0)
  }

  #hasRoom(metric: Metric, service: string, key: string): boolean {
    const { maxSeries, maxSeriesPerMetric, maxTextChars } = this.#options
    return (
      this.#size < maxSeries &&
      (metric.perService.get(service) ?? 0) < maxSeriesPerMetric &&
      this.#textChars + textCharsOf(metric, key) <= maxTextChars
    )
  }

  #sweep(nowMs: number): void {
    const { stepMs, maxPoints } = this.#options
    if (nowMs - this.#sweptMs < stepMs) return
    this.#sweptMs = nowMs
    for (const metric of this.#metrics.values()) {
      for (const [key, { service, seenMs }] of metric.series) {
        if (nowMs - seenMs <= stepMs * maxPoints) continue
        metric.series.delete(key)
        const left = (metric.perService.get(service) ?? 1) - 1
        if (left > 0) metric.perService.set(service, left)
        else metric.perService.delete(service)
        this.#size -= 1
        this.#textChars -= textCharsOf(metric, key)
      }
      if (metric.series.size === 0) this.#metrics.delete(metric.name)
    }
  }
}

/** JSON has no word for other numbers, and no total comes back from one. */
function isFinitePoint(point: MetricRecord['points'][number]): boolean {
  if ('value' in point) return Number.isFinite(point.value)
  // Bounds ascend: the last is the first that could be infinite.
  return Number.isFinite(point.sum) && Number.isFinite(point.bounds.at(-1) ?? 0)
}

/** What a series holds of text: who tells it and its labels, and its metric's words as if each had them. */
function textCharsOf({ name, unit, description }: Metric, key: string): number {
  return key.length + name.length + unit.length + description.length
}
