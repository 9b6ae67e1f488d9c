import { isSpanId, isTraceId } from './hex-ids.ts'
import type { Keeper } from './limits.ts'
import type { ExemplarRecord, HistogramPointRecord, MetricRecord, NumberPointRecord, Temporality } from './records.ts'

/** What the kinds of a metric's data have in common, as it is read. */
export type SentData =
  | { readonly kind: 'gauge'; readonly points: readonly NumberPointRecord[] }
  | {
      readonly kind: 'sum'
      readonly points: readonly NumberPointRecord[]
      readonly temporality: Temporality
      readonly isMonotonic: boolean
    }
  | { readonly kind: 'histogram'; readonly points: readonly HistogramPointRecord[]; readonly temporality: Temporality }

/** An exemplar as it was sent: any of it may be missing. */
export interface SentExemplar {
  readonly value: number | undefined
  readonly timeMs: number
  readonly traceId: string
  readonly spanId: string
}

/** As OTLP counts them. */
export function numberOfTemporality(temporality: Temporality): number {
  return temporality === 'delta' ? 1 : 2
}

/** What is not said counts as cumulative. */
export function temporalityOf(number: number): Temporality {
  return number === 1 ? 'delta' : 'cumulative'
}

/** Whether a point's flags say that there is no value: the series has ended. */
export function saysNothing(flags: number): boolean {
  return flags % 2 === 1
}

/** `undefined` when no point has been kept, or the metric has no name. */
export function metricOf(
  common: { readonly name: string; readonly description: string; readonly unit: string },
  data: SentData | undefined,
  keeper: Keeper,
): MetricRecord | undefined {
  if (data === undefined || data.points.length === 0) return undefined
  if (common.name === '') {
    keeper.invalidRecords += data.points.length
    return undefined
  }
  if (data.kind !== 'sum') return { ...common, ...data }
  const { points, temporality, isMonotonic } = data
  return { ...common, kind: isMonotonic ? 'counter' : 'up-down-counter', temporality, points }
}

/** A histogram's point whose buckets make sense; `undefined`, and counted, where they do not. */
export function histogramPointOf(point: HistogramPointRecord, keeper: Keeper): HistogramPointRecord | undefined {
  const { bounds } = point
  // Count and sum without buckets are one bucket.
  const counts = bounds.length === 0 && point.counts.length === 0 ? [point.count] : point.counts
  const isAscending = bounds.every((bound, at) => bound > (at === 0 ? -Infinity : (bounds[at - 1] as number)))
  const isCounted = isCount(point.count) && counts.every(isCount)
  if (counts.length === bounds.length + 1 && isAscending && isCounted) return { ...point, counts }
  keeper.invalidRecords++
  return undefined
}

function isCount(number: number): boolean {
  return Number.isInteger(number) && number >= 0
}

/** `undefined`, and counted, for an exemplar that leads to no trace. */
export function exemplarOf(sent: SentExemplar, keeper: Keeper): ExemplarRecord | undefined {
  const { value, timeMs, traceId, spanId } = sent
  if (value !== undefined && isTraceId(traceId) && isSpanId(spanId)) return { value, timeMs, traceId, spanId }
  keeper.droppedItems++
  return undefined
}
