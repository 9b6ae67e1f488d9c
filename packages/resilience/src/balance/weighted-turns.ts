import type { BalancedEndpoint } from './endpoint.ts'
import type { Strategy } from './strategy.ts'

/**
 * Each in turn, as often as its weight says, evenly spread: 5, 1, 1 gives a a b a a c a and not a a a a a b c.
 * O(log n).
 *
 * Source: earliest deadline first, as Envoy's weighted round robin has it: who has had its turn comes again 1/weight
 * later.
 */
export class WeightedTurns implements Strategy {
  #heap: BalancedEndpoint[] = []

  use(endpoints: readonly BalancedEndpoint[]): void {
    const known = new Set(this.#heap)
    const now = this.#heap[0]?.turn ?? 0
    for (const endpoint of endpoints) {
      // Whoever comes, or comes back, has nothing to catch up on.
      if (!known.has(endpoint)) endpoint.turn = now + 1 / endpoint.weight
    }
    this.#heap = endpoints.toSorted((a, b) => a.turn - b.turn)
  }

  pick(): BalancedEndpoint {
    const heap = this.#heap
    const first = heap[0]!
    first.turn += 1 / first.weight
    let at = 0
    for (;;) {
      let least = at
      const left = 2 * at + 1
      if (left < heap.length && heap[left]!.turn < heap[least]!.turn) least = left
      if (left + 1 < heap.length && heap[left + 1]!.turn < heap[least]!.turn) least = left + 1
      if (least === at) return first
      const moved = heap[at]!
      heap[at] = heap[least]!
      heap[least] = moved
      at = least
    }
  }
}
