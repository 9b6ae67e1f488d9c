import type { Random } from '@ashlar/kernel'
import type { BalancedEndpoint } from './endpoint.ts'
import type { Strategy } from './strategy.ts'

const placesPerWeight = 160
const mostPlaces = 1_000_000

/** A well mixed 32-bit number of a text: FNV-1a with the finish of MurmurHash3. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * The same key goes to the same endpoint, and when endpoints come or go few keys move. An endpoint that has more than its
 * share of the calls in flight passes further ones on to the next on the ring, so that a hot key cannot drown it.
 * O(log n), and as many steps as endpoints are full.
 *
 * Source: D. Karger et al., "Consistent Hashing and Random Trees"; V. Mirrokni et al., "Consistent Hashing with Bounded
 * Loads".
 */
export class RingHash implements Strategy {
  readonly #random: Random
  readonly #bound: number
  #endpoints: readonly BalancedEndpoint[] = []
  #places: Float64Array<ArrayBuffer> = new Float64Array(0)
  #owners: Int32Array<ArrayBuffer> = new Int32Array(0)

  /** @param bound how much more than the average an endpoint may have in flight: 1.25 is a quarter more. */
  constructor(random: Random, bound: number) {
    this.#random = random
    this.#bound = bound
  }

  use(endpoints: readonly BalancedEndpoint[]): void {
    this.#endpoints = endpoints
    const total = endpoints.reduce((sum, { weight }) => sum + weight, 0)
    const perWeight = Math.min(placesPerWeight, mostPlaces / total)
    const ring: [place: number, owner: number][] = []
    for (const [owner, { id, weight }] of endpoints.entries()) {
      const places = Math.max(1, Math.round(weight * perWeight))
      for (let place = 0; place < places; place++) ring.push([hashText(`${id}#${place}`), owner])
    }
    ring.sort(([a], [b]) => a - b)
    this.#places = Float64Array.from(ring, ([place]) => place)
    this.#owners = Int32Array.from(ring, ([, owner]) => owner)
  }

  pick(_nowMs: number, key: string | undefined, inFlight: number): BalancedEndpoint {
    const endpoints = this.#endpoints
    const hash = key === undefined ? Math.floor(this.#random.next() * 2 ** 32) : hashText(key)
    let at = this.#find(hash)
    const most = Math.ceil((this.#bound * (inFlight + 1)) / endpoints.length)
    for (let step = 0; step < this.#places.length; step++) {
      const endpoint = endpoints[this.#owners[at]!]!
      if (endpoint.inFlight < most) return endpoint
      if (++at === this.#places.length) at = 0
    }
    return endpoints[this.#owners[at]!]!
  }

  /** The first place at or after `hash`, going round. */
  #find(hash: number): number {
    let low = 0
    let high = this.#places.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#places[middle]! < hash) low = middle + 1
      else high = middle
    }
    return low === this.#places.length ? 0 : low
  }
}
