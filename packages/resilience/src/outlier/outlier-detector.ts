import { runInContext, systemClock, systemRandom, type Clock, type Timer } from '@ashlar/kernel'
import { Balancer, type BalancedEndpoint, type BalancerOptions, type EndpointSpec } from '../balance/index.ts'
import { CircuitBreaker, consecutive, type BreakerOptions, type BreakerPermit } from '../circuit-breaker/index.ts'
import { endpointEjected, endpointReturned } from './events.ts'

export interface OutlierOptions<E extends EndpointSpec> extends BalancerOptions<E> {
  /** In events: which service's endpoints these are. */
  readonly name: string
  /** When an endpoint is ejected, and for how long. @default after 5 failures in a row, for 30 s, then up to 5 minutes */
  readonly ejection?: Omit<BreakerOptions, 'name' | 'clock' | 'random'>
  /** Share of the endpoints that may be ejected at a time, rounded down. 0 to 1. @default 0.5 */
  readonly maxEjected?: number
  /** One that returns gets its whole share of the calls back only after this time. 0 to 3,600,000. @default 10_000 */
  readonly slowStartMs?: number
}

/** A call to an endpoint. Finish it once, however it ends. */
export interface EndpointCall<E extends EndpointSpec> {
  readonly endpoint: E
  succeeded(tookMs: number): void
  /** `error`: whether it counts against the endpoint is for `ejection.isFailure` to say. */
  failed(error: unknown): void
  /** It ended without saying anything about the endpoint. */
  ignored(): void
}

interface Watch<E extends EndpointSpec> {
  readonly endpoint: BalancedEndpoint<E>
  readonly breaker: CircuitBreaker
  readonly weight: number
  ramp: Timer | undefined
  /** Ejected, and not well again since. */
  isSuspect: boolean
}

const rampSteps = 10
const mostDraws = 5

/**
 * A balancer that takes endpoints out which keep failing, and brings them back step by step.
 *
 * Each endpoint has a circuit breaker. Where it opens the endpoint is ejected, unless so many are already: then it is
 * more likely the callers' network, or the calls themselves. When it is half-open the endpoint gets its probes; once it
 * is closed, a tenth of its share, growing to the whole of it.
 *
 * Source: Envoy, "Outlier detection" and "Slow start mode".
 */
export class OutlierDetector<E extends EndpointSpec = EndpointSpec> implements Disposable {
  readonly name: string
  readonly balancer: Balancer<E>
  readonly #options: Omit<BreakerOptions, 'name'>
  readonly #maxEjected: number
  readonly #slowStartMs: number
  readonly #clock: Clock
  readonly #watches = new Map<BalancedEndpoint<E>, Watch<E>>()

  /** @throws {TypeError} {@link RangeError} naming what is wrong. */
  constructor(options: OutlierOptions<E>) {
    const { name, ejection = {}, maxEjected = 0.5, slowStartMs = 10_000 } = options
    const { clock = systemClock, random = systemRandom } = options
    if (!(maxEjected >= 0 && maxEjected <= 1))
      throw new RangeError(`outlier: maxEjected must be 0 to 1, got ${maxEjected}`)
    if (!(slowStartMs >= 0 && slowStartMs <= 3_600_000)) {
      throw new RangeError(`outlier: slowStartMs must be 0 to 3600000, got ${slowStartMs}`)
    }
    this.name = name
    this.balancer = new Balancer(options)
    this.#options = { ...consecutive(5), openMs: 30_000, maxOpenMs: 300_000, probes: 1, ...ejection, clock, random }
    this.#maxEjected = maxEjected
    this.#slowStartMs = slowStartMs
    this.#clock = clock
    this.#watch()
  }

  /** Ids of the endpoints that get no calls now. */
  get ejected(): readonly string[] {
    return this.balancer.endpoints.filter(({ isAvailable }) => !isAvailable).map(({ id }) => id)
  }

  update(specs: readonly E[]): void {
    this.balancer.update(specs)
    this.#watch()
  }

  /** Begins a call, or `undefined` when there is nowhere to send it. `key`: for `ring-hash`. */
  begin(key?: string): EndpointCall<E> | undefined {
    // An endpoint with all its probes under way refuses; the next draw most likely gives another.
    for (let draw = 0; draw < mostDraws; draw++) {
      // The same key would give the same one again.
      const endpoint = this.balancer.pick(key === undefined || draw === 0 ? key : `${key}#${draw}`)
      if (endpoint === undefined) return undefined
      const { breaker, isSuspect } = this.#watches.get(endpoint)!
      const permit = breaker.tryEnter()
      if (permit !== undefined) return new Call(this.balancer, endpoint, permit)
      // One that stayed although it fails goes on getting calls while it is probed.
      if (this.balancer.isPanicking || !isSuspect) return new Call(this.balancer, endpoint, undefined)
      this.balancer.finish(endpoint)
    }
    return this.#leastBusy()
  }

  [Symbol.dispose](): void {
    for (const watch of this.#watches.values()) this.#forget(watch)
  }

  /** For when all draws have met probes: rather one that has more than its share already than none. */
  #leastBusy(): EndpointCall<E> | undefined {
    const healthy = this.balancer.endpoints.filter((endpoint) => !this.#watches.get(endpoint)!.isSuspect)
    if (healthy.length === 0) return undefined
    const endpoint = healthy.reduce((least, other) =>
      other.inFlight * least.weight < least.inFlight * other.weight ? other : least,
    )
    this.balancer.take(endpoint)
    return new Call(this.balancer, endpoint, this.#watches.get(endpoint)!.breaker.tryEnter())
  }

  #watch(): void {
    const endpoints = new Set(this.balancer.endpoints)
    for (const [endpoint, watch] of this.#watches) {
      if (endpoints.has(endpoint)) continue
      this.#forget(watch)
      this.#watches.delete(endpoint)
    }
    for (const endpoint of endpoints) {
      if (this.#watches.has(endpoint)) continue
      const breaker = new CircuitBreaker({ ...this.#options, name: `${this.name}/${endpoint.id}` })
      const watch: Watch<E> = { endpoint, breaker, weight: endpoint.weight, ramp: undefined, isSuspect: false }
      breaker.onTransition = (from, to) => {
        if (to === 'open') this.#eject(watch)
        else if (to === 'half-open') this.#return(watch, 1)
        else if (to === 'closed' && from === 'half-open') this.#return(watch, rampSteps)
      }
      this.#watches.set(endpoint, watch)
    }
  }

  #forget({ breaker, ramp }: Watch<E>): void {
    breaker[Symbol.dispose]()
    ramp?.cancel()
  }

  #eject(watch: Watch<E>): void {
    watch.ramp?.cancel()
    const most = Math.floor(this.balancer.endpoints.length * this.#maxEjected)
    if (this.ejected.length >= most) return
    watch.endpoint.isAvailable = false
    watch.isSuspect = true
    this.balancer.refresh()
    if (endpointEjected.hasSubscribers) endpointEjected.publish({ service: this.name, endpoint: watch.endpoint.id })
  }

  /** Lets the endpoint have calls again: for good where `steps` allow it to grow, else as few as can be. */
  #return(watch: Watch<E>, steps: number): void {
    const { endpoint, weight } = watch
    if (!endpoint.isAvailable && endpointReturned.hasSubscribers) {
      endpointReturned.publish({ service: this.name, endpoint: endpoint.id })
    }
    endpoint.isAvailable = true
    if (steps > 1) watch.isSuspect = false
    const isSlow = this.#slowStartMs > 0
    endpoint.weight = isSlow ? weight / rampSteps : weight
    this.balancer.refresh()
    if (isSlow && steps > 1) this.#grow(watch, 2)
  }

  #grow(watch: Watch<E>, step: number): void {
    const stepMs = this.#slowStartMs / (rampSteps - 1)
    watch.ramp = runInContext(undefined, () =>
      this.#clock.timer(
        stepMs,
        () => {
          watch.endpoint.weight = (watch.weight * step) / rampSteps
          this.balancer.refresh()
          if (step < rampSteps) this.#grow(watch, step + 1)
        },
        { background: true },
      ),
    )
  }
}

class Call<E extends EndpointSpec> implements EndpointCall<E> {
  readonly #balancer: Balancer<E>
  readonly #endpoint: BalancedEndpoint<E>
  /** None where the endpoint is used although its breaker is open. */
  readonly #permit: BreakerPermit | undefined

  constructor(balancer: Balancer<E>, endpoint: BalancedEndpoint<E>, permit: BreakerPermit | undefined) {
    this.#balancer = balancer
    this.#endpoint = endpoint
    this.#permit = permit
  }

  get endpoint(): E {
    return this.#endpoint.spec
  }

  succeeded(tookMs: number): void {
    this.#balancer.finish(this.#endpoint, tookMs)
    this.#permit?.success()
  }

  failed(error: unknown): void {
    this.#balancer.finish(this.#endpoint)
    this.#permit?.failure(error)
  }

  ignored(): void {
    this.#balancer.finish(this.#endpoint)
    this.#permit?.ignore()
  }
}
