import type { Clock } from '@ashlar/kernel'

export interface RegistryOptions {
  /** Series that a metric keeps. What would be one more is added to one series for all the rest. @default 1_000 */
  readonly maxSeries?: number
  /** Characters of a label's value; the rest is cut off. @default 256 */
  readonly maxLabelLength?: number
  /** Metrics that can be registered. @default 1_000 */
  readonly maxMetrics?: number
  /** For `startMs` and the times of exemplars. */
  readonly clock?: Clock
}

/** What a metric is called, and what tells its series apart. */
export interface MetricOptions<L extends readonly string[] = readonly string[]> {
  /** Letters, digits, `.`, `_`, `-`, `/`, beginning with a letter; 255 characters at most. */
  readonly name: string
  /** One sentence. */
  readonly description: string
  /** UCUM: `ms`, `s`, `By`, `1`, `{call}`. */
  readonly unit: string
  /** Only what has few values: each combination is a series that is kept. At most 16. @default none */
  readonly labels?: L
}

export interface HistogramOptions<L extends readonly string[] = readonly string[]> extends MetricOptions<L> {
  /** Upper, inclusive, ascending; 1 to 200. @default `defaultBounds(unit)` */
  readonly bounds?: readonly number[]
  /** Keeps for each bucket a trace that was measured there. @default false */
  readonly exemplars?: boolean
}

/** Called for each series: `report(12, ['idle'])`. What is reported last for the same labels counts. */
export type Report<L extends readonly string[] = readonly string[]> = (value: number, labels?: LabelsOf<L>) => void

export interface ObservableOptions<L extends readonly string[] = readonly string[]> extends MetricOptions<L> {
  /** Called when metrics are read. When it throws, what it had reported is left out and counted. */
  readonly read: (report: Report<L>) => void
}

/** What a label can be given. Written as text; `undefined` as the empty one. */
export type LabelValue = string | number | boolean | undefined

/** As many values as a metric has labels, in their order. */
export type LabelsOf<L extends readonly string[]> = { readonly [K in keyof L]: LabelValue }
