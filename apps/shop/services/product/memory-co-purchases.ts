import type { CoPurchase } from './co-purchase.ts'

/** In how many orders two products were bought together, in maps of this process. */
export class MemoryCoPurchases {
  readonly #orders = new Map<string, Map<string, number>>()

  count({ productIds, change }: CoPurchase): void {
    for (const productId of productIds) {
      const others = this.#orders.get(productId) ?? new Map<string, number>()
      this.#orders.set(productId, others)
      for (const other of productIds) {
        if (other !== productId) others.set(other, (others.get(other) ?? 0) + change)
      }
    }
  }

  /** By product, in how many orders it was bought together with this one. */
  with(productId: string): ReadonlyMap<string, number> {
    return this.#orders.get(productId) ?? new Map()
  }
}
