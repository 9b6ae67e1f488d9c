import type { Random } from '@ashlar/kernel'
import type { BalancedEndpoint } from './endpoint.ts'

/** Chooses among endpoints that may get calls. */
export interface Strategy {
  /** Told when the endpoints or their weights have changed; never empty. */
  use(endpoints: readonly BalancedEndpoint[]): void
  /**
   * @param nowMs on the clock's `now()`, up to 10 ms old.
   * @param inFlight calls under way at all endpoints.
   */
  pick(nowMs: number, key: string | undefined, inFlight: number): BalancedEndpoint
}

/**
 * Two different places of `count`, at least 2, from one random number: it has bits enough for both.
 * @returns the first in the high, the second in the low 20 bits.
 */
function two(random: Random, count: number): number {
  const scaled = random.next() * count
  const first = Math.floor(scaled)
  const second = Math.floor((scaled - first) * (count - 1))
  // The second is drawn from those that are left.
  return first * 0x100000 + (second >= first ? second + 1 : second)
}

/** Each in turn. O(1). */
export class RoundRobin implements Strategy {
  #endpoints: readonly BalancedEndpoint[] = []
  #next = 0

  use(endpoints: readonly BalancedEndpoint[]): void {
    this.#endpoints = endpoints
    this.#next %= endpoints.length
  }

  pick(): BalancedEndpoint {
    const endpoint = this.#endpoints[this.#next]!
    if (++this.#next === this.#endpoints.length) this.#next = 0
    return endpoint
  }
}

/**
 * Of two drawn at random, the one with fewer calls in flight for its weight. O(1).
 *
 * Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing".
 */
export class LeastRequest implements Strategy {
  readonly #random: Random
  #endpoints: readonly BalancedEndpoint[] = []

  constructor(random: Random) {
    this.#random = random
  }

  use(endpoints: readonly BalancedEndpoint[]): void {
    this.#endpoints = endpoints
  }

  pick(): BalancedEndpoint {
    const endpoints = this.#endpoints
    if (endpoints.length === 1) return endpoints[0]!
    const both = two(this.#random, endpoints.length)
    const a = endpoints[Math.floor(both / 0x100000)]!
    const b = endpoints[both & 0xfffff]!
    return (a.inFlight + 1) * b.weight <= (b.inFlight + 1) * a.weight ? a : b
  }
}

const tauMs = 10_000

/** The endpoint's average latency as it has decayed until now. */
function decayedMs(endpoint: BalancedEndpoint, nowMs: number): number {
  const elapsedMs = nowMs - endpoint.ewmaAtMs
  if (elapsedMs > 0) {
    endpoint.ewmaMs *= Math.exp(-elapsedMs / tauMs)
    endpoint.ewmaAtMs = nowMs
  }
  return endpoint.ewmaMs
}

/** Notes a latency: a peak counts at once, what is lower gradually. */
export function observeMs(endpoint: BalancedEndpoint, tookMs: number, nowMs: number): void {
  const elapsedMs = Math.max(0, nowMs - endpoint.ewmaAtMs)
  if (tookMs >= endpoint.ewmaMs) endpoint.ewmaMs = tookMs
  else {
    const weight = Math.exp(-Math.max(1, elapsedMs) / tauMs)
    endpoint.ewmaMs = endpoint.ewmaMs * weight + tookMs * (1 - weight)
  }
  endpoint.ewmaAtMs = nowMs
}

/**
 * Of two drawn at random, the one where a call would wait less: its average latency times the calls in flight, for its
 * weight. One that is new is tried as if it were as fast as the other. O(1); two exponentials where 10 ms have passed.
 *
 * Source: Twitter Finagle, "Peak EWMA". Differs: the decay is by ticks of 10 ms.
 */
export class PeakEwma implements Strategy {
  readonly #random: Random
  #endpoints: readonly BalancedEndpoint[] = []

  constructor(random: Random) {
    this.#random = random
  }

  use(endpoints: readonly BalancedEndpoint[]): void {
    this.#endpoints = endpoints
  }

  pick(nowMs: number): BalancedEndpoint {
    const endpoints = this.#endpoints
    if (endpoints.length === 1) return endpoints[0]!
    const both = two(this.#random, endpoints.length)
    const a = endpoints[Math.floor(both / 0x100000)]!
    const b = endpoints[both & 0xfffff]!
    const aMs = nowMs > a.ewmaAtMs ? decayedMs(a, nowMs) : a.ewmaMs
    const bMs = nowMs > b.ewmaAtMs ? decayedMs(b, nowMs) : b.ewmaMs
    // Unknown latencies are taken to be the other's, so that a new endpoint is neither shunned nor flooded.
    const aLoad = (aMs || bMs || 1) * (a.inFlight + 1) * b.weight
    const bLoad = (bMs || aMs || 1) * (b.inFlight + 1) * a.weight
    return aLoad <= bLoad ? a : b
  }
}
