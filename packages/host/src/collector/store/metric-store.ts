import type { MetricRecord, OtlpBatch } from '@ashlar/telemetry/otlp'
import type { Clock } from '@ashlar/kernel'
import { serviceOf } from './entry.ts'
import { MetricSeries } from './metric-series.ts'

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

/**
 * The latest points of every series, in memory. Long histories of metrics are for programs that are made for them, which
 * read the same numbers from the services. A series that nobody told of for as long as points are kept is forgotten.
 */
export class MetricStore {
  readonly #options: Required<MetricStoreOptions>
  readonly #metrics = new Map<string, Metric>()
  #size = 0
  #textChars = 0
  #sweptMs = -Infinity
  #points = 0
  #refused = 0

  constructor(options: MetricStoreOptions) {
    const limits = { maxSeries: 10_000, maxSeriesPerMetric: 1_000, maxTextChars: 16 * 1_024 * 1_024 }
    this.#options = { ...limits, stepMs: 10_000, maxPoints: 90, ...options }
  }

  /** Points taken, and points refused because their series was one too many. */
  get stats(): {
    readonly metrics: number
    readonly series: number
    readonly points: number
    readonly refused: number
  } {
    return { metrics: this.#metrics.size, series: this.#size, points: this.#points, refused: this.#refused }
  }

  /** Returns how many points were refused: their series were too many. */
  add(batches: readonly OtlpBatch<MetricRecord>[]): number {
    const nowMs = this.#options.clock.wall()
    const before = this.#refused
    for (const { resource, records } of batches) {
      const service = serviceOf(resource)
      const instance = resource['service.instance.id'] ?? ''
      for (const record of records) this.#addRecord(service, String(instance), record, nowMs)
    }
    return this.#refused - before
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
    for (const point of record.points) {
      const key = JSON.stringify([service, instance, Object.entries(point.attributes).sort(byName)])
      const series =
        metric?.series.get(key) ?? this.#newSeries(metric, { key, service, attributes: point.attributes }, nowMs)
      if (series === undefined) this.#refused += 1
      else {
        series.add(record, point, nowMs)
        this.#points += 1
      }
    }
  }

  /** `undefined` when another kind has that name: its numbers mean something else. */
  #metricOf({ name, kind, unit, description }: MetricRecord): Metric | undefined {
    const known = this.#metrics.get(name)
    if (known !== undefined) return known.kind === kind ? known : undefined
    return { name, kind, unit, description, series: new Map(), perService: new Map() }
  }

  #newSeries(
    metric: Metric | undefined,
    { key, service, attributes }: Pick<MetricSeries, 'service' | 'attributes'> & { readonly key: string },
    nowMs: number,
  ): MetricSeries | undefined {
    const { maxPoints, stepMs } = this.#options
    if (metric === undefined) return undefined
    // What is forgotten makes room, and is looked for now and then only.
    if (!this.#hasRoom(metric, service, key)) this.#sweep(nowMs)
    if (!this.#hasRoom(metric, service, key)) return undefined
    const isHistogram = metric.kind === 'histogram'
    const series = new MetricSeries({ service, attributes, isHistogram, maxPoints, stepMs })
    this.#metrics.set(metric.name, metric)
    metric.series.set(key, series)
    metric.perService.set(service, (metric.perService.get(service) ?? 0) + 1)
    this.#size += 1
    this.#textChars += textCharsOf(metric, key)
    return series
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

/** What a series holds of text: who tells it and its labels, and its metric's words as if each had them. */
function textCharsOf({ name, unit, description }: Metric, key: string): number {
  return key.length + name.length + unit.length + description.length
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}
