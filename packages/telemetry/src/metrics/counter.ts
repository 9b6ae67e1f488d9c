import { Cells, type Place } from './cells.ts'
import type { Definition } from './definition.ts'
import { largestAmount, type Losses } from './losses.ts'
import { Metric, type SeriesLimits } from './metric.ts'
import type { LabelsOf } from './options.ts'
import type { LabelValues, MetricSnapshot, NumberPoint } from './snapshot.ts'

/** One series of a counter. */
export class CounterSeries {
  readonly #cells: Float64Array
  readonly #at: number
  readonly #labels: LabelValues
  readonly #losses: Losses

  constructor(place: Place, labels: LabelValues, losses: Losses) {
    this.#cells = place.cells
    this.#at = place.at
    this.#labels = labels
    this.#losses = losses
  }

  /**
   * Adds `amount`, 0 to 2^53 - 1; another is left out and counted, since what is observed must not fail by it.
   *
   * Compensated (Kahan): a plain double would stand still at 2^53, and drift when many small amounts meet a large sum.
   */
  add(amount = 1): void {
    if (!(amount >= 0 && amount <= largestAmount)) {
      this.#losses.refused += 1
      return
    }
    const cells = this.#cells
    const at = this.#at
    const sum = cells[at] as number
    const missing = amount - (cells[at + 1] as number)
    const next = sum + missing
    cells[at + 1] = next - sum - missing
    cells[at] = next
  }

  read(): NumberPoint {
    return { labels: this.#labels, value: this.#cells[this.#at] as number }
  }

  reset(): void {
    this.#cells.fill(0, this.#at, this.#at + 2)
  }
}

/** A sum that only grows. */
export class Counter<L extends readonly string[] = readonly string[]> extends Metric<L, CounterSeries> {
  readonly #cells: Cells

  constructor(definition: Definition, limits: SeriesLimits) {
    super(definition, limits)
    this.#cells = new Cells(2, { isSingle: definition.labels.length === 0 })
    // Known from the start: the first increment shows as one.
    if (definition.labels.length === 0) this.table.of([])
  }

  /** Looks the series up and adds to it: {@link CounterSeries.add}. */
  add(amount?: number, labels?: LabelsOf<L>): void {
    this.find(labels)?.add(amount)
  }

  protected override make(labels: LabelValues): CounterSeries {
    return new CounterSeries(this.#cells.allocate(), labels, this.losses)
  }

  override snapshot(): MetricSnapshot {
    return { ...this.definition, kind: 'counter', points: this.table.series.map((series) => series.read()) }
  }

  override reset(): void {
    for (const series of this.table.series) series.reset()
  }
}
