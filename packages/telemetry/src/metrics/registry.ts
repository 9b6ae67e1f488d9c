import { systemClock, type Clock } from '@ashlar/kernel'
import { BucketIndex } from './bucket-index.ts'
import { Counter } from './counter.ts'
import { defaultBounds } from './default-bounds.ts'
import { define, isSameList, isSameShape, type Definition } from './definition.ts'
import { Gauge } from './gauge.ts'
import { Histogram } from './histogram.ts'
import type { Readable, SeriesLimits } from './metric.ts'
import { Observable } from './observable.ts'
import type { HistogramOptions, MetricOptions, ObservableOptions, RegistryOptions, Report } from './options.ts'
import { familyOf, sampleNames } from './prometheus/family.ts'
import type { MetricSnapshot } from './snapshot.ts'

/**
 * The metrics of a process. Updates cost nanoseconds and allocate nothing; all work is done when they are read.
 *
 * Bounded: metrics, series of each, and the length of labels. What does not fit goes to one overflow series a metric,
 * is cut, or is left out; `ashlar.telemetry.metric.losses` counts it by metric and reason.
 */
export class MetricRegistry {
  readonly #metrics = new Map<string, Readable>()
  /** The names of samples in Prometheus text, with whose they are. */
  readonly #taken = new Map<string, string>()
  readonly #bounds = new Map<string, BucketIndex>()
  readonly #limits: SeriesLimits
  readonly #maxMetrics: number
  readonly #clock: Clock
  #startMs: number

  /** @throws {RangeError} naming the option and its value. */
  constructor(options: RegistryOptions = {}) {
    const { maxSeries = 1_000, maxLabelLength = 256, maxMetrics = 1_000, clock = systemClock } = options
    this.#limits = {
      maxSeries: whole('maxSeries', maxSeries, 100_000),
      maxLabelLength: whole('maxLabelLength', maxLabelLength, 10_000),
    }
    this.#maxMetrics = whole('maxMetrics', maxMetrics, 10_000)
    this.#clock = clock
    this.#startMs = clock.wall()
    const losses = define('counter', {
      name: 'ashlar.telemetry.metric.losses',
      description: 'Updates of metrics that were left out, went to the overflow series, or had a label cut.',
      unit: '{update}',
      labels: ['metric', 'reason'],
    })
    // Four reasons for each metric, whose names must stay whole.
    const limits = { maxSeries: 4 * (maxMetrics + 1), maxLabelLength: 256 }
    this.#add(losses, new Observable(losses, limits, (report) => this.#report(report)))
  }

  /** Epoch, in milliseconds: since when counters and histograms count. */
  get startMs(): number {
    return this.#startMs
  }

  /**
   * A sum that only grows. The same name gives the same counter.
   * @throws {TypeError} when a metric of another shape has this name, or one that Prometheus could not tell from it.
   */
  counter<const L extends readonly string[] = []>(options: MetricOptions<L>): Counter<L> {
    const definition = define('counter', options)
    const known = this.#known(definition)
    if (known === undefined) return this.#add(definition, new Counter<L>(definition, this.#limits))
    if (known instanceof Counter) return known
    throw otherShape(definition.name)
  }

  /** A number that goes up and down. The rest is as with `counter`. */
  gauge<const L extends readonly string[] = []>(options: MetricOptions<L>): Gauge<L> {
    const definition = define('gauge', options)
    const known = this.#known(definition)
    if (known === undefined) return this.#add(definition, new Gauge<L>(definition, this.#limits))
    if (known instanceof Gauge) return known
    throw otherShape(definition.name)
  }

  /**
   * How values are distributed. The rest is as with `counter`.
   * @throws {RangeError} when the bounds are not finite and ascending.
   */
  histogram<const L extends readonly string[] = []>(options: HistogramOptions<L>): Histogram<L> {
    const definition = define('histogram', options)
    const { exemplars = false, bounds = defaultBounds(options.unit) } = options
    const known = this.#known(definition)
    if (known === undefined) {
      const parts = { buckets: this.#buckets(bounds), clock: exemplars ? this.#clock : undefined }
      return this.#add(definition, new Histogram<L>(definition, this.#limits, parts))
    }
    const isSame = known instanceof Histogram && known.hasExemplars === exemplars && isSameList(known.bounds, bounds)
    if (!isSame) throw otherShape(definition.name)
    return known
  }

  /**
   * A counter that is kept elsewhere and read when metrics are. Negative and infinite numbers are left out. Its name is
   * taken until it is disposed of.
   * @throws {TypeError} when the name is taken.
   */
  observableCounter<const L extends readonly string[] = []>(options: ObservableOptions<L>): Disposable {
    return this.#observe(define('counter', options), options.read)
  }

  /** A gauge that is kept elsewhere and read when metrics are. The rest is as with `observableCounter`. */
  observableGauge<const L extends readonly string[] = []>(options: ObservableOptions<L>): Disposable {
    return this.#observe(define('gauge', options), options.read)
  }

  /** All metrics as they stand, in the order of their names. Never throws. */
  snapshot(): MetricSnapshot[] {
    const metrics = [...this.#metrics.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1))
    return metrics.map((metric) => metric.snapshot())
  }

  /** Sets counters and histograms to 0 and gauges to no value, as after a restart. Handles stay as they are. */
  reset(): void {
    this.#startMs = this.#clock.wall()
    for (const metric of this.#metrics.values()) metric.reset()
  }

  #observe(definition: Definition, read: (report: Report) => void): Disposable {
    const { name } = definition
    if (this.#metrics.has(name)) throw new TypeError(`metric: ${name} is registered already`)
    const observable = this.#add(definition, new Observable(definition, this.#limits, read))
    return {
      [Symbol.dispose]: () => {
        if (this.#metrics.get(name) !== observable) return
        this.#metrics.delete(name)
        for (const [sample, owner] of this.#taken) if (owner === name) this.#taken.delete(sample)
      },
    }
  }

  #known(definition: Definition): Readable | undefined {
    const known = this.#metrics.get(definition.name)
    if (known !== undefined && !isSameShape(known.definition, definition)) throw otherShape(definition.name)
    return known
  }

  #add<M extends Readable>(definition: Definition, metric: M): M {
    const { name } = definition
    if (this.#metrics.size > this.#maxMetrics) {
      throw new RangeError(`metric: ${name} is one more than maxMetrics, ${this.#maxMetrics}`)
    }
    const samples = sampleNames(familyOf(definition))
    for (const sample of samples) {
      const owner = this.#taken.get(sample)
      if (owner !== undefined) throw new TypeError(`metric: ${name} and ${owner} are both ${sample} in Prometheus`)
    }
    for (const sample of samples) this.#taken.set(sample, name)
    this.#metrics.set(name, metric)
    return metric
  }

  /** Most histograms have the same bounds, and share what is made of them. */
  #buckets(bounds: readonly number[]): BucketIndex {
    const key = bounds.join()
    const known = this.#bounds.get(key)
    if (known !== undefined) return known
    const made = new BucketIndex(bounds)
    this.#bounds.set(key, made)
    return made
  }

  #report(report: Report): void {
    for (const [name, { losses }] of this.#metrics) {
      for (const [reason, count] of Object.entries(losses)) if (count > 0) report(count, [name, reason])
    }
  }
}

function otherShape(name: string): TypeError {
  return new TypeError(`metric: ${name} is registered already, with another kind, unit, labels, bounds or exemplars`)
}

function whole(option: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value
  throw new RangeError(`metrics: ${option} must be a whole number of 1 to ${max}, got ${value}`)
}
