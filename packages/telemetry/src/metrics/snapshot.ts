/** Values by which series of one metric are told apart, in the order of the metric's `labels`. */
export type LabelValues = readonly string[]

/** A measured value with the trace it was measured in. */
export interface Exemplar {
  readonly value: number
  /** Epoch, in milliseconds. */
  readonly timeMs: number
  readonly traceId: string
  readonly spanId: string
}

export interface NumberPoint {
  readonly labels: LabelValues
  readonly value: number
}

export interface HistogramPoint {
  readonly labels: LabelValues
  readonly count: number
  readonly sum: number
  /** One more than there are bounds: the last holds what is above all of them. Not cumulative. */
  readonly counts: readonly number[]
  /** One a bucket at the most, the latest. */
  readonly exemplars: readonly (Exemplar | undefined)[]
}

interface MetricCommon {
  /** As OpenTelemetry writes names: `ashlar.resilience.retries`; the catalogue's own are as they are. */
  readonly name: string
  readonly description: string
  /** UCUM. */
  readonly unit: string
  readonly labels: readonly string[]
}

/** One metric as it stands when it is read. Counters and histograms count from `startMs` on. */
export type MetricSnapshot =
  | (MetricCommon & { readonly kind: 'counter' | 'gauge'; readonly points: readonly NumberPoint[] })
  | (MetricCommon & {
      readonly kind: 'histogram'
      /** Upper, inclusive, ascending. */
      readonly bounds: readonly number[]
      readonly points: readonly HistogramPoint[]
    })
