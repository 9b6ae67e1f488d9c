import type { Clock } from '@ashlar/kernel'
import { MemoryLedgerRepository } from '../services/bank/memory-repository.ts'
import { MemoryOrderRepository } from '../services/order/memory-repository.ts'
import { MemoryPaymentRepository } from '../services/payment/memory-repository.ts'
import { memoryProductStore } from '../services/product/memory-repository.ts'
import type { Catalogue } from '../services/product/product.ts'
import type { ProductStore } from '../services/product/repository.ts'
import type { Plant } from './plants.ts'

/** What the shop and the bank have stored: what is left when every process is dead. */
export interface Stores {
  readonly orders: MemoryOrderRepository
  readonly payments: MemoryPaymentRepository
  readonly products: ProductStore['products']
  readonly stock: ProductStore['stock']
  readonly merchant: ProductStore['merchant']
  readonly ledger: MemoryLedgerRepository
}

/** Empty, but for the catalogue. */
export async function openStores(catalogue: Catalogue, plant: Plant, clock: Clock): Promise<Stores> {
  const { products, stock, merchant } = memoryProductStore({ clock })
  const spare = catalogue.products.map((each) => ({ ...each, initialStock: each.initialStock + plant.spareStock }))
  await products.seed(() => ({ ...catalogue, products: spare }))
  return {
    orders: new MemoryOrderRepository(),
    payments: new MemoryPaymentRepository(),
    products,
    merchant,
    stock: plant.stock(stock, clock),
    ledger: new MemoryLedgerRepository(),
  }
}
