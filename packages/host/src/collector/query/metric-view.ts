import type { Attributes } from '@ashlar/telemetry/traces'
import type { HistogramState, SeriesPoint } from '../store/metric-series.ts'
import type { StoredMetric } from '../store/metric-store.ts'

export interface MetricSummary {
  readonly name: string
  readonly kind: StoredMetric['kind']
  readonly unit: string
  readonly description: string
  readonly services: readonly string[]
  readonly series: number
}

export interface SeriesView {
  readonly service: string
  readonly attributes: Attributes
  /** Time and value, or time, count and sum; oldest first. */
  readonly points: readonly SeriesPoint[]
  /** Of a histogram: how it stands now. */
  readonly histogram?: HistogramState
}

export interface MetricView extends Omit<MetricSummary, 'series'> {
  readonly series: readonly SeriesView[]
}

export function summaryOfMetric({ name, kind, unit, description, series }: StoredMetric): MetricSummary {
  const services = [...new Set([...series.values()].map(({ service }) => service))].sort()
  return { name, kind, unit, description, services, series: series.size }
}

/** With the points since `fromMs`, of one service or of all. */
export function viewOfMetric(metric: StoredMetric, service: string | undefined, fromMs: number): MetricView {
  const wanted = [...metric.series.values()].filter((one) => service === undefined || one.service === service)
  const series = wanted.map((one): SeriesView => {
    const view = { service: one.service, attributes: one.attributes, points: one.points(fromMs) }
    return one.histogram === undefined ? view : Object.assign(view, { histogram: one.histogram })
  })
  return { ...summaryOfMetric(metric), series }
}
