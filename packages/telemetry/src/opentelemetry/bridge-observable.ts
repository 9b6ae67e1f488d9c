import {
  diag,
  type Attributes,
  type BatchObservableCallback,
  type Observable,
  type ObservableCallback,
} from '@opentelemetry/api'
import type { Report } from '../metrics/options.ts'
import { labelsOf, valuesOf } from './series-labels.ts'

interface About {
  readonly name: string
  readonly description: string
  readonly unit: string
}

type Register = (
  about: About & { readonly labels: readonly string[]; readonly read: (report: Report) => void },
) => Disposable

/**
 * An instrument that is asked when metrics are read. Its labels are the attributes of what is first reported: when a
 * callback is added, or else at a reading, and then shown from the next one on. What a callback reports after it has
 * returned, from a promise, comes too late.
 */
export class BridgeObservable<A extends Attributes = Attributes> implements Observable<A> {
  readonly #register: Register
  readonly #about: About
  readonly #callbacks = new Set<ObservableCallback<A>>()
  readonly #batches = new Set<BatchObservableCallback<A>>()
  #registered: Disposable | undefined

  constructor(register: Register, about: About) {
    this.#register = register
    this.#about = about
  }

  addCallback(callback: ObservableCallback<A>): void {
    this.#callbacks.add(callback)
    this.#begin()
  }

  removeCallback(callback: ObservableCallback<A>): void {
    this.#callbacks.delete(callback)
    this.#endIfUnused()
  }

  addBatch(callback: BatchObservableCallback<A>): void {
    this.#batches.add(callback)
    this.#begin()
  }

  removeBatch(callback: BatchObservableCallback<A>): void {
    this.#batches.delete(callback)
    this.#endIfUnused()
  }

  #begin(): void {
    if (this.#registered !== undefined) return
    try {
      const keys = this.#reportedKeys()
      this.#registered = keys === undefined ? this.#waitForReport() : this.#show(labelsOf(keys))
    } catch (error) {
      diag.warn(`the metric ${this.#about.name} is not kept`, error)
    }
  }

  #show(labels: readonly string[]): Disposable {
    const read = (tell: Report): void => this.#ask((value, attributes) => tell(value, valuesOf(attributes, labels)))
    return this.#register({ ...this.#about, labels, read })
  }

  /** Holds the name until it is known by what its series are told apart. */
  #waitForReport(): Disposable {
    const read = (): void => {
      if (this.#reportedKeys() === undefined) return
      this.#registered?.[Symbol.dispose]()
      this.#registered = undefined
      this.#begin()
    }
    return this.#register({ ...this.#about, labels: [], read })
  }

  /** All attributes of what is reported now; `undefined` when nothing is. */
  #reportedKeys(): Attributes | undefined {
    let keys: Attributes | undefined
    this.#ask((_value, attributes) => {
      keys = { ...keys, ...attributes }
    })
    return keys
  }

  #endIfUnused(): void {
    if (this.#callbacks.size + this.#batches.size > 0) return
    this.#registered?.[Symbol.dispose]()
    this.#registered = undefined
  }

  #ask(observe: (value: number, attributes: Attributes) => void): void {
    for (const callback of this.#callbacks) {
      report(callback({ observe: (value, attributes) => observe(value, attributes ?? {}) }))
    }
    for (const callback of this.#batches) {
      const result = callback({
        observe: (metric, value, attributes) => {
          if ((metric as unknown) === this) observe(value, attributes ?? {})
        },
      })
      report(result)
    }
  }
}

/** A callback may be an async function, whose failure is nobody else's. */
function report(result: unknown): void {
  if (result instanceof Promise) result.catch((error: unknown) => diag.warn('the callback of a metric failed', error))
}
