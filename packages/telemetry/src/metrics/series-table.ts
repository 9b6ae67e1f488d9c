import { cutText } from '../cut-text.ts'
import type { Losses } from './losses.ts'
import type { LabelValue } from './options.ts'
import type { LabelValues } from './snapshot.ts'

/** Every label of the series that takes what there was no room for. Source: OpenTelemetry, cardinality limits. */
const overflowLabel = 'otel.metric.overflow'

export interface TableOptions<S> {
  readonly labels: number
  readonly maxSeries: number
  readonly maxLabelLength: number
  readonly losses: Losses
  readonly make: (labels: LabelValues) => S
}

/** A map for each label, one inside the other: a lookup makes no key, so no two series can ever share one. */
type Tree<S> = S | Map<string, Tree<S>>

/** The series of a metric by the values of its labels, at most `maxSeries` and one for the rest. */
export class SeriesTable<S extends object> {
  readonly #options: TableOptions<S>
  readonly #series: S[] = []
  #root: Tree<S> | undefined
  #overflow: S | undefined

  constructor(options: TableOptions<S>) {
    this.#options = options
  }

  get series(): readonly S[] {
    return this.#series
  }

  /** The series of these values, made when it is new. The list is not kept. O(labels), allocates for a new one only. */
  of(values: readonly LabelValue[]): S {
    return this.#find(values) ?? this.#add(values)
  }

  #find(values: readonly LabelValue[]): S | undefined {
    let tree = this.#root
    for (let at = 0; at < this.#options.labels && tree !== undefined; at += 1) {
      const value = values[at]
      tree = (tree as Map<string, Tree<S>>).get(typeof value === 'string' ? value : textOf(value))
    }
    return tree as S | undefined
  }

  #add(values: readonly LabelValue[]): S {
    const { maxSeries, losses } = this.#options
    const labels = values.map((value) => this.#clean(value))
    // What differs only where it was cut is one series.
    const known = this.#find(labels)
    if (known !== undefined) return known
    if (this.#series.length < maxSeries) return this.#insert(labels)
    losses.overflowed += 1
    this.#overflow ??= this.#overflowSeries()
    return this.#overflow
  }

  #overflowSeries(): S {
    const labels = Array.from({ length: this.#options.labels }, () => overflowLabel)
    return this.#find(labels) ?? this.#insert(labels)
  }

  #clean(value: LabelValue): string {
    const { maxLabelLength, losses } = this.#options
    const text = textOf(value)
    if (text.length <= maxLabelLength) return text.toWellFormed()
    losses.cut += 1
    return cutText(text, maxLabelLength)
  }

  #insert(labels: LabelValues): S {
    const made = this.#options.make(labels)
    this.#series.push(made)
    if (labels.length === 0) {
      this.#root = made
      return made
    }
    let tree = (this.#root ??= new Map<string, Tree<S>>()) as Map<string, Tree<S>>
    for (const label of labels.slice(0, -1)) {
      let next = tree.get(label) as Map<string, Tree<S>> | undefined
      if (next === undefined) {
        next = new Map()
        tree.set(label, next)
      }
      tree = next
    }
    tree.set(labels.at(-1) as string, made)
    return made
  }
}

/** Never throws: objects, whose `toString` could, are told by their type only. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return value === undefined || value === null ? '' : typeof value
}
