import type { Attributes } from '../traces/span-record.ts'

/** Who reports: `service.name`, `service.version`, `service.instance.id` and what else is the same for all it says. */
export type Resource = Attributes

/** The library that measured. */
export interface Scope {
  readonly name: string
  readonly version: string
}

/** What one sender reported of one kind, in its order. */
export interface OtlpBatch<T> {
  readonly resource: Resource
  readonly scope: Scope
  readonly records: readonly T[]
}

export interface LogRecord {
  /** Epoch, in milliseconds with a fraction. */
  readonly timeMs: number
  /** 1 to 24 as OpenTelemetry counts (9 is info, 13 warn, 17 error); 0 when it is not known. */
  readonly severity: number
  /** As the logger calls it: `info`. */
  readonly severityText: string
  readonly body: string
  readonly attributes: Attributes
  /** Both `undefined` when the line was written outside any call. */
  readonly traceId: string | undefined
  readonly spanId: string | undefined
}

/** A measured value with the trace that it was measured in. */
export interface ExemplarRecord {
  readonly value: number
  readonly timeMs: number
  readonly traceId: string
  readonly spanId: string
}

interface PointCommon {
  readonly attributes: Attributes
  /** Since when it counts; 0 for a gauge. Epoch, in milliseconds with a fraction. */
  readonly startMs: number
  readonly timeMs: number
}

export interface NumberPointRecord extends PointCommon {
  readonly value: number
}

export interface HistogramPointRecord extends PointCommon {
  readonly count: number
  readonly sum: number
  /** Upper, inclusive, ascending. */
  readonly bounds: readonly number[]
  /** One more than there are bounds: the last holds what is above all of them. Not cumulative. */
  readonly counts: readonly number[]
  readonly exemplars: readonly ExemplarRecord[]
}

interface MetricCommon {
  readonly name: string
  readonly description: string
  /** UCUM. */
  readonly unit: string
}

/** Whether points count from their start on, or from the point before. */
export type Temporality = 'cumulative' | 'delta'

/** One metric with its points, as it travels. A counter only grows; an up-down counter is a sum that also shrinks. */
export type MetricRecord =
  | (MetricCommon & { readonly kind: 'gauge'; readonly points: readonly NumberPointRecord[] })
  | (MetricCommon & {
      readonly kind: 'counter' | 'up-down-counter'
      readonly temporality: Temporality
      readonly points: readonly NumberPointRecord[]
    })
  | (MetricCommon & {
      readonly kind: 'histogram'
      readonly temporality: Temporality
      readonly points: readonly HistogramPointRecord[]
    })
