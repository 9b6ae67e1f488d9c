import {
  diag,
  type Attributes,
  type BatchObservableCallback,
  type Counter,
  type Gauge,
  type Histogram,
  type Meter,
  type MeterProvider,
  type MetricOptions,
  type Observable,
  type UpDownCounter,
} from '@opentelemetry/api'
import type { LabelValue } from '../metrics/options.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import { BridgeObservable } from './bridge-observable.ts'
import { labelsOf, valuesOf } from './series-labels.ts'

/** Gives third-party code meters that count in our registry, under the names that they choose. */
export class BridgeMeterProvider implements MeterProvider {
  readonly #meter: Meter

  constructor(metrics: MetricRegistry) {
    this.#meter = new BridgeMeter(metrics)
  }

  getMeter(): Meter {
    return this.#meter
  }
}

/** Updates the series of an instrument. */
type Update = (value: number, values: readonly LabelValue[]) => void

/** A metric of the registry that instruments have been made of: as many as the registry holds, at the most. */
interface Bound {
  readonly labels: readonly string[]
  readonly update: Update
}

/**
 * An instrument's series are told apart by the attributes that the first value of its name comes with; others are left
 * out. What the registry refuses (a name that is taken by another kind, say) is reported to the API's `diag` and does
 * nothing.
 */
class BridgeMeter implements Meter {
  readonly #metrics: MetricRegistry
  readonly #bound = new Map<string, Bound>()

  constructor(metrics: MetricRegistry) {
    this.#metrics = metrics
  }

  createCounter<A extends Attributes = Attributes>(name: string, options?: MetricOptions): Counter<A> {
    const add = this.#lazily('counter', name, options, (about) => {
      const counter = this.#metrics.counter(about)
      return (value, values) => counter.add(value, values)
    })
    return { add }
  }

  createUpDownCounter<A extends Attributes = Attributes>(name: string, options?: MetricOptions): UpDownCounter<A> {
    const add = this.#lazily('up-down-counter', name, options, (about) => {
      const gauge = this.#metrics.gauge(about)
      return (value, values) => gauge.add(value, values)
    })
    return { add }
  }

  createGauge<A extends Attributes = Attributes>(name: string, options?: MetricOptions): Gauge<A> {
    const record = this.#lazily('gauge', name, options, (about) => {
      const gauge = this.#metrics.gauge(about)
      return (value, values) => gauge.set(value, values)
    })
    return { record }
  }

  createHistogram<A extends Attributes = Attributes>(name: string, options?: MetricOptions): Histogram<A> {
    const bounds = options?.advice?.explicitBucketBoundaries
    const record = this.#lazily('histogram', name, options, (about) => {
      const histogram = this.#metrics.histogram(bounds === undefined ? about : { ...about, bounds })
      return (value, values) => histogram.observe(value, values)
    })
    return { record }
  }

  createObservableGauge<A extends Attributes = Attributes>(name: string, options?: MetricOptions): Observable<A> {
    return new BridgeObservable<A>((about) => this.#metrics.observableGauge(about), aboutOf(name, options))
  }

  createObservableCounter<A extends Attributes = Attributes>(name: string, options?: MetricOptions): Observable<A> {
    return new BridgeObservable<A>((about) => this.#metrics.observableCounter(about), aboutOf(name, options))
  }

  createObservableUpDownCounter<A extends Attributes = Attributes>(
    name: string,
    options?: MetricOptions,
  ): Observable<A> {
    return this.createObservableGauge(name, options)
  }

  /** The callback is run once for each of its instruments when metrics are read. */
  addBatchObservableCallback<A extends Attributes = Attributes>(
    callback: BatchObservableCallback<A>,
    observables: Observable<A>[],
  ): void {
    for (const each of observables) if (each instanceof BridgeObservable) each.addBatch(callback as never)
  }

  removeBatchObservableCallback<A extends Attributes = Attributes>(
    callback: BatchObservableCallback<A>,
    observables: Observable<A>[],
  ): void {
    for (const each of observables) if (each instanceof BridgeObservable) each.removeBatch(callback as never)
  }

  #lazily(
    kind: string,
    name: string,
    options: MetricOptions | undefined,
    register: (about: About & { readonly labels: readonly string[] }) => Update,
  ): (value: number, attributes?: Attributes) => void {
    let bound: Bound | undefined
    const bind = (attributes: Attributes): Bound => {
      const key = `${kind} ${name}`
      const known = this.#bound.get(key)
      if (known !== undefined) return known
      const labels = labelsOf(attributes)
      try {
        const made = { labels, update: register({ ...aboutOf(name, options), labels }) }
        this.#bound.set(key, made)
        return made
      } catch (error) {
        diag.warn(`the metric ${name} is not kept`, error)
        return { labels, update: () => {} }
      }
    }
    return (value, attributes = {}) => {
      bound ??= bind(attributes)
      bound.update(value, valuesOf(attributes, bound.labels))
    }
  }
}

interface About {
  readonly name: string
  readonly description: string
  readonly unit: string
}

function aboutOf(name: string, options: MetricOptions | undefined): About {
  return { name, description: options?.description ?? '', unit: options?.unit ?? '1' }
}
