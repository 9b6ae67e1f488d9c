import { systemClock, systemRandom, type Clock, type Random } from '@ashlar/kernel'
import { tickerOf, type Ticker } from '../internal/ticker.ts'
import { BalancedEndpoint, type EndpointSpec } from './endpoint.ts'
import { RingHash } from './ring-hash.ts'
import { LeastRequest, observeMs, PeakEwma, RoundRobin, type Strategy } from './strategy.ts'
import { WeightedTurns } from './weighted-turns.ts'

export type Balancing = 'round-robin' | 'weighted' | 'least-request' | 'peak-ewma' | 'ring-hash'

export interface BalancerOptions<E extends EndpointSpec> {
  readonly endpoints: readonly E[]
  /**
   * `peak-ewma` goes where a call would wait least, and suits nearly everything; `least-request` needs no latencies;
   * `weighted` gives fixed shares; `ring-hash` sends a key to the same endpoint each time. @default 'peak-ewma'
   */
  readonly balancing?: Balancing
  /** For `ring-hash`: an endpoint's calls in flight, at the most, in relation to the average. 1 to 100. @default 1.25 */
  readonly bound?: number
  /**
   * A share of endpoints that may get calls below which all may: when so many are ejected, it is the ejecting that is
   * wrong. 0 to 1. @default 0.5
   */
  readonly panicBelow?: number
  readonly clock?: Clock
  readonly random?: Random
}

/**
 * Chooses where each call goes. Synchronous, safe from any number of callers; nothing is allocated for a call.
 *
 * `pick` counts a call in flight until `finish`: call it however the call ends.
 */
export class Balancer<E extends EndpointSpec = EndpointSpec> {
  readonly #strategy: Strategy
  readonly #panicBelow: number
  readonly #clock: Clock
  readonly #ticker: Ticker
  #all = new Map<string, BalancedEndpoint<E>>()
  #isEmpty = true
  #inFlight = 0
  /** Whether so few endpoints are left that the ejected ones are used as well. */
  isPanicking = false

  /** @throws {TypeError} {@link RangeError} naming what is wrong. */
  constructor(options: BalancerOptions<E>) {
    const { balancing = 'peak-ewma', bound = 1.25, panicBelow = 0.5 } = options
    const { clock = systemClock, random = systemRandom } = options
    if (!(bound >= 1 && bound <= 100)) throw new RangeError(`balancer: bound must be 1 to 100, got ${bound}`)
    if (!(panicBelow >= 0 && panicBelow <= 1)) {
      throw new RangeError(`balancer: panicBelow must be 0 to 1, got ${panicBelow}`)
    }
    this.#strategy = strategyOf(balancing, bound, random)
    this.#panicBelow = panicBelow
    this.#clock = clock
    this.#ticker = tickerOf(clock)
    this.update(options.endpoints)
  }

  get endpoints(): readonly BalancedEndpoint<E>[] {
    return [...this.#all.values()]
  }

  /**
   * Uses these endpoints from now on. What is known of those that stay is kept; calls under way at those that go end as
   * they would have.
   * @throws {TypeError} when two have one id; {RangeError} when a weight is none. With nothing changed.
   */
  update(specs: readonly E[]): void {
    const all = new Map<string, BalancedEndpoint<E>>()
    for (const spec of specs) {
      const { id, weight = 1 } = spec
      if (all.has(id)) throw new TypeError(`balancer: two endpoints are called "${id}"`)
      if (!(weight > 0 && weight <= 1_000)) {
        throw new RangeError(`balancer: weight must be above 0 and at most 1000, got ${weight} for "${id}"`)
      }
      const known = this.#all.get(id)
      const stays = known !== undefined && (known.spec.weight ?? 1) === weight
      all.set(id, stays ? known : new BalancedEndpoint(spec))
    }
    for (const spec of specs) all.get(spec.id)!.spec = spec
    this.#all = all
    this.refresh()
  }

  /** To be told when availability or weights of endpoints have changed. */
  refresh(): void {
    const all = [...this.#all.values()]
    const available = all.filter(({ isAvailable }) => isAvailable)
    this.isPanicking = available.length < all.length * this.#panicBelow
    const usable = this.isPanicking ? all : available
    this.#isEmpty = usable.length === 0
    if (!this.#isEmpty) this.#strategy.use(usable)
  }

  /** Where the next call goes, or `undefined` when there is nowhere. `key`: for `ring-hash`. */
  pick(key?: string): BalancedEndpoint<E> | undefined {
    if (this.#isEmpty) return undefined
    this.#ticker.touch()
    const endpoint = this.#strategy.pick(this.#ticker.nowMs, key, this.#inFlight) as BalancedEndpoint<E>
    this.take(endpoint)
    return endpoint
  }

  /** Counts a call in flight that goes to this endpoint though `pick` did not choose it. */
  take(endpoint: BalancedEndpoint<E>): void {
    endpoint.inFlight++
    this.#inFlight++
  }

  /** A call that was picked has ended after `tookMs`; leave that out where it says nothing, as after an abort. */
  finish(endpoint: BalancedEndpoint<E>, tookMs?: number): void {
    endpoint.inFlight--
    this.#inFlight--
    if (tookMs !== undefined) observeMs(endpoint, tookMs, this.#clock.now())
  }
}

function strategyOf(balancing: Balancing, bound: number, random: Random): Strategy {
  switch (balancing) {
    case 'round-robin':
      return new RoundRobin()
    case 'weighted':
      return new WeightedTurns()
    case 'least-request':
      return new LeastRequest(random)
    case 'peak-ewma':
      return new PeakEwma(random)
    case 'ring-hash':
      return new RingHash(random, bound)
    default:
      throw new TypeError(`balancer: there is no balancing "${String(balancing)}"`)
  }
}
