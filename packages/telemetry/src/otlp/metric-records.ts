import type { HistogramPoint, LabelValues, MetricSnapshot, NumberPoint } from '../metrics/snapshot.ts'
import type { Attributes } from '../traces/span-record.ts'
import type { ExemplarRecord, HistogramPointRecord, MetricRecord, NumberPointRecord } from './records.ts'

/** From when on counters have counted, and when they were read. Epoch, in milliseconds. */
export interface ReadAt {
  readonly startMs: number
  readonly timeMs: number
}

/** Metrics as they were read, as they travel: cumulative, series without points left out. */
export function metricRecords(metrics: readonly MetricSnapshot[], at: ReadAt): MetricRecord[] {
  const records: MetricRecord[] = []
  for (const metric of metrics) if (metric.points.length > 0) records.push(recordOf(metric, at))
  return records
}

function recordOf(metric: MetricSnapshot, at: ReadAt): MetricRecord {
  const { name, description, unit, labels } = metric
  const common = { name, description, unit }
  if (metric.kind === 'histogram') {
    const points = metric.points.map((point) => histogramPoint(labels, metric.bounds, point, at))
    return { ...common, kind: 'histogram', temporality: 'cumulative', points }
  }
  if (metric.kind === 'gauge') {
    return { ...common, kind: 'gauge', points: metric.points.map((point) => numberPoint(labels, point, 0, at)) }
  }
  const points = metric.points.map((point) => numberPoint(labels, point, at.startMs, at))
  return { ...common, kind: 'counter', temporality: 'cumulative', points }
}

function numberPoint(
  labels: readonly string[],
  point: NumberPoint,
  startMs: number,
  { timeMs }: ReadAt,
): NumberPointRecord {
  return { attributes: attributesOf(labels, point.labels), startMs, timeMs, value: point.value }
}

function histogramPoint(
  labels: readonly string[],
  bounds: readonly number[],
  point: HistogramPoint,
  { startMs, timeMs }: ReadAt,
): HistogramPointRecord {
  const exemplars: ExemplarRecord[] = []
  for (const exemplar of point.exemplars) if (exemplar !== undefined) exemplars.push(exemplar)
  const { count, sum, counts } = point
  return { attributes: attributesOf(labels, point.labels), startMs, timeMs, count, sum, bounds, counts, exemplars }
}

/** A label that is empty is one that a series does not have. */
function attributesOf(labels: readonly string[], values: LabelValues): Attributes {
  const attributes: Record<string, string> = {}
  for (let at = 0; at < labels.length; at++) {
    const value = values[at]
    if (value !== undefined && value !== '') attributes[labels[at] as string] = value
  }
  return attributes
}
