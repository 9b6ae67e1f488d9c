import type { Definition } from './definition.ts'
import { noLosses, type Losses } from './losses.ts'
import type { LabelsOf, LabelValue } from './options.ts'
import { SeriesTable } from './series-table.ts'
import type { LabelValues, MetricSnapshot } from './snapshot.ts'

export interface SeriesLimits {
  readonly maxSeries: number
  readonly maxLabelLength: number
}

/** What a registry asks of whatever it holds. */
export interface Readable {
  readonly definition: Definition
  readonly losses: Losses
  snapshot(): MetricSnapshot
  reset(): void
}

const noLabels: readonly LabelValue[] = []

/** What all metrics have: a name, and series told apart by labels. */
export abstract class Metric<L extends readonly string[], S extends object> implements Readable {
  readonly definition: Definition
  readonly losses: Losses = noLosses()
  protected readonly table: SeriesTable<S>

  constructor(definition: Definition, limits: SeriesLimits) {
    this.definition = definition
    this.table = new SeriesTable({
      ...limits,
      labels: definition.labels.length,
      losses: this.losses,
      make: (labels) => this.make(labels),
    })
  }

  /**
   * The handle of one series, to be kept where it is updated: no lookup then.
   * @throws {TypeError} when there are not as many values as labels.
   */
  with(...labels: LabelsOf<L>): S {
    const values = labels as readonly LabelValue[]
    const { name, labels: names } = this.definition
    if (values.length !== names.length) {
      throw new TypeError(`metric: ${name} has ${names.length} labels, got ${values.length} values`)
    }
    return this.table.of(values)
  }

  /** `undefined`, and counted, when there are not as many values as labels. The list may be used again. */
  protected find(labels: LabelsOf<L> | undefined): S | undefined {
    const values: readonly LabelValue[] = labels ?? noLabels
    if (values.length === this.definition.labels.length) return this.table.of(values)
    this.losses.refused += 1
    return undefined
  }

  protected abstract make(labels: LabelValues): S

  abstract snapshot(): MetricSnapshot

  abstract reset(): void
}
