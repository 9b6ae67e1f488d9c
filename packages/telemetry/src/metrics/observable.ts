import type { Definition } from './definition.ts'
import { noLosses, type Losses } from './losses.ts'
import type { Readable, SeriesLimits } from './metric.ts'
import type { LabelValue, Report } from './options.ts'
import { SeriesTable } from './series-table.ts'
import type { LabelValues, MetricSnapshot, NumberPoint } from './snapshot.ts'

interface Reading {
  readonly labels: LabelValues
  value: number
}

/** A counter or gauge whose numbers are kept elsewhere and asked for when metrics are read. */
export class Observable implements Readable {
  readonly definition: Definition
  readonly losses: Losses = noLosses()
  readonly #limits: SeriesLimits
  readonly #read: (report: Report) => void

  constructor(definition: Definition, limits: SeriesLimits, read: (report: Report) => void) {
    this.definition = definition
    this.#limits = limits
    this.#read = read
  }

  snapshot(): MetricSnapshot {
    const { definition } = this
    return { ...definition, kind: definition.kind === 'counter' ? 'counter' : 'gauge', points: this.#points() }
  }

  /** What is kept elsewhere is set back there. */
  reset(): void {}

  #points(): readonly NumberPoint[] {
    const { definition, losses } = this
    // Made anew each time: what is not reported any more is gone.
    const table = new SeriesTable<Reading>({
      ...this.#limits,
      labels: definition.labels.length,
      losses,
      make: (labels) => ({ labels, value: 0 }),
    })
    const report = (value: number, labels: readonly LabelValue[] = []): void => {
      const isValue = definition.kind === 'counter' ? value >= 0 && value < Infinity : value >= 0 || value < 0
      if (isValue && labels.length === definition.labels.length) table.of(labels).value = value
      else losses.refused += 1
    }
    try {
      this.#read(report)
      return [...table.series]
    } catch {
      losses.failed += 1
      return []
    }
  }
}
