import { systemClock, type Clock } from '@ashlar/kernel'
import { createMemoryDedupe } from '@ashlar/sql/memory'
import { MemoryCatalogue } from './memory-catalogue.ts'
import { MemoryCoPurchases } from './memory-co-purchases.ts'
import { memoryMerchant } from './memory-merchant.ts'
import { memoryProducts } from './memory-products.ts'
import { memoryRecommendations } from './memory-recommendations.ts'
import { MemoryStock } from './memory-stock.ts'
import type { ProductStore } from './repository.ts'

/**
 * Everything in maps of this process: for tests, and for running the shop without a database.
 * @param options.clock by which idempotency keys get old.
 */
export function memoryProductStore({ clock = systemClock }: { clock?: Clock } = {}): ProductStore {
  const catalogue = new MemoryCatalogue()
  const dedupe = createMemoryDedupe({ clock })
  const coPurchases = new MemoryCoPurchases()
  const stock = new MemoryStock(catalogue, dedupe, coPurchases)
  return {
    products: memoryProducts(catalogue, stock),
    stock,
    recommendations: memoryRecommendations(catalogue, stock, coPurchases),
    merchant: memoryMerchant(catalogue, stock, dedupe),
  }
}
