import type { Clock, TraceContext } from '@ashlar/kernel'
import type { BucketIndex } from './bucket-index.ts'
import { Cells, type Place } from './cells.ts'
import type { Definition } from './definition.ts'
import { Exemplars } from './exemplars.ts'
import { largestAmount, type Losses } from './losses.ts'
import { Metric, type SeriesLimits } from './metric.ts'
import type { LabelsOf } from './options.ts'
import type { Exemplar, HistogramPoint, LabelValues, MetricSnapshot } from './snapshot.ts'

const noExemplars: readonly (Exemplar | undefined)[] = []

/** One series of a histogram. Its cells: the sum, what the sum is too much by, then a count for each bucket. */
export class HistogramSeries {
  readonly #cells: Float64Array
  readonly #at: number
  readonly #labels: LabelValues
  readonly #losses: Losses
  readonly #buckets: BucketIndex
  readonly #exemplars: Exemplars | undefined

  constructor(
    place: Place,
    labels: LabelValues,
    { losses, buckets, exemplars }: { losses: Losses; buckets: BucketIndex; exemplars: Exemplars | undefined },
  ) {
    this.#cells = place.cells
    this.#at = place.at
    this.#labels = labels
    this.#losses = losses
    this.#buckets = buckets
    this.#exemplars = exemplars
  }

  /**
   * Counts `value` in its bucket, and adds it to the sum (compensated, as a counter's). NaN and what is beyond
   * 2^53 - 1 either way is left out and counted.
   * @param trace of what was measured, for exemplars; one that is not sampled is no exemplar. @default the current call's
   */
  observe(value: number, trace?: TraceContext): void {
    if (!(value >= -largestAmount && value <= largestAmount)) {
      this.#losses.refused += 1
      return
    }
    const cells = this.#cells
    const at = this.#at
    const bucket = this.#buckets.of(value)
    cells[at + 2 + bucket] = (cells[at + 2 + bucket] as number) + 1
    const sum = cells[at] as number
    const missing = value - (cells[at + 1] as number)
    const next = sum + missing
    cells[at + 1] = next - sum - missing
    cells[at] = next
    if (this.#exemplars !== undefined) this.#exemplars.offer(bucket, value, trace)
  }

  read(): HistogramPoint {
    const first = this.#at + 2
    const counts = Array.from(this.#cells.subarray(first, first + this.#buckets.bounds.length + 1))
    return {
      labels: this.#labels,
      count: counts.reduce((sum, count) => sum + count, 0),
      sum: this.#cells[this.#at] as number,
      counts,
      exemplars: this.#exemplars?.read() ?? noExemplars,
    }
  }

  reset(): void {
    this.#cells.fill(0, this.#at, this.#at + 3 + this.#buckets.bounds.length)
    this.#exemplars?.reset()
  }
}

/** How values are distributed over buckets. */
export class Histogram<L extends readonly string[] = readonly string[]> extends Metric<L, HistogramSeries> {
  readonly #buckets: BucketIndex
  readonly #clock: Clock | undefined
  readonly #cells: Cells

  /** @param parts.clock given where exemplars are kept */
  constructor(
    definition: Definition,
    limits: SeriesLimits,
    { buckets, clock }: { buckets: BucketIndex; clock: Clock | undefined },
  ) {
    super(definition, limits)
    this.#buckets = buckets
    this.#clock = clock
    this.#cells = new Cells(buckets.bounds.length + 3, { isSingle: definition.labels.length === 0 })
    if (definition.labels.length === 0) this.table.of([])
  }

  get bounds(): readonly number[] {
    return [...this.#buckets.bounds]
  }

  get hasExemplars(): boolean {
    return this.#clock !== undefined
  }

  /** Looks the series up and observes: {@link HistogramSeries.observe}. */
  observe(value: number, labels?: LabelsOf<L>, trace?: TraceContext): void {
    this.find(labels)?.observe(value, trace)
  }

  protected override make(labels: LabelValues): HistogramSeries {
    const exemplars =
      this.#clock === undefined ? undefined : new Exemplars(this.#clock, this.#buckets.bounds.length + 1)
    return new HistogramSeries(this.#cells.allocate(), labels, {
      losses: this.losses,
      buckets: this.#buckets,
      exemplars,
    })
  }

  override snapshot(): MetricSnapshot {
    const points = this.table.series.map((series) => series.read())
    return { ...this.definition, kind: 'histogram', bounds: this.bounds, points }
  }

  override reset(): void {
    for (const series of this.table.series) series.reset()
  }
}
