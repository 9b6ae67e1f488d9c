import { Cells, type Place } from './cells.ts'
import type { Definition } from './definition.ts'
import { largestAmount, type Losses } from './losses.ts'
import { Metric, type SeriesLimits } from './metric.ts'
import type { LabelsOf } from './options.ts'
import type { LabelValues, MetricSnapshot, NumberPoint } from './snapshot.ts'

/** One series of a gauge. It is not shown before it has a value. */
export class GaugeSeries {
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

  /** Any number, infinities too; what is none is left out and counted. */
  set(value: number): void {
    // Only a number is equal to itself and greater than or below something.
    if (value >= 0 || value < 0) this.#cells[this.#at] = value
    else this.#losses.refused += 1
  }

  /** Up or down by `amount`, from 0 when there was no value; at most 2^53 - 1 at once, another is left out and counted. */
  add(amount: number): void {
    if (!(amount >= -largestAmount && amount <= largestAmount)) {
      this.#losses.refused += 1
      return
    }
    const value = this.#cells[this.#at] as number
    this.#cells[this.#at] = Number.isNaN(value) ? amount : value + amount
  }

  read(): NumberPoint | undefined {
    const value = this.#cells[this.#at] as number
    return Number.isNaN(value) ? undefined : { labels: this.#labels, value }
  }

  reset(): void {
    this.#cells[this.#at] = Number.NaN
  }
}

/** A number that goes up and down; the latest counts. */
export class Gauge<L extends readonly string[] = readonly string[]> extends Metric<L, GaugeSeries> {
  readonly #cells: Cells

  constructor(definition: Definition, limits: SeriesLimits) {
    super(definition, limits)
    this.#cells = new Cells(1, { isSingle: definition.labels.length === 0, initial: Number.NaN })
  }

  /** Looks the series up and sets it: {@link GaugeSeries.set}. */
  set(value: number, labels?: LabelsOf<L>): void {
    this.find(labels)?.set(value)
  }

  /** Looks the series up and adds to it: {@link GaugeSeries.add}. */
  add(amount: number, labels?: LabelsOf<L>): void {
    this.find(labels)?.add(amount)
  }

  protected override make(labels: LabelValues): GaugeSeries {
    return new GaugeSeries(this.#cells.allocate(), labels, this.losses)
  }

  override snapshot(): MetricSnapshot {
    const points = this.table.series.map((series) => series.read()).filter((point) => point !== undefined)
    return { ...this.definition, kind: 'gauge', points }
  }

  override reset(): void {
    for (const series of this.table.series) series.reset()
  }
}
