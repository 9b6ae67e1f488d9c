import type { Dedupe } from '@ashlar/sql/dedupe'
import { memoryTransaction, type MemoryTransaction } from '@ashlar/sql/memory'
import { productNotFound, skuTaken, unknownCategory } from './errors.ts'
import type { MemoryCatalogue } from './memory-catalogue.ts'
import { listedProduct } from './memory-products.ts'
import type { MemoryStock } from './memory-stock.ts'
import { oncePerKey } from './merchant-key.ts'
import { askedOf, decideChange, newProduct, type ChangeCommand, type CreateCommand } from './product-change.ts'
import type { ListedProduct, ShelvedProduct } from './product.ts'
import type { MerchantRepository } from './repository.ts'

/** Merchants' changes to maps of this process. Nothing awaits between reading and writing. */
export function memoryMerchant(
  catalogue: MemoryCatalogue,
  stock: MemoryStock,
  dedupe: Dedupe<MemoryTransaction>,
): MerchantRepository {
  const found = (id: string): ShelvedProduct => {
    const product = catalogue.products.get(id)
    if (product === undefined) throw productNotFound([id])
    return product
  }
  const listed = (id: string): ListedProduct => listedProduct(catalogue, stock, found(id))
  return {
    async create(command) {
      const id = await memoryTransaction((tx) =>
        oncePerKey(dedupe, tx, command, askedOf(command), async () => add(catalogue, stock, command)),
      )
      return listed(id)
    },
    async change(command) {
      const current = found(command.productId)
      const next = decideChange(current, command)
      if (next !== current) keep(catalogue, next, command)
      return listed(command.productId)
    },
    priceChanges: async (productId, limit) => (catalogue.prices.get(productId) ?? []).slice(0, limit),
    forgetKeys: (options) => dedupe.purge(options),
  }
}

function add(catalogue: MemoryCatalogue, stock: MemoryStock, command: CreateCommand): string {
  const product = newProduct(command)
  if (catalogue.categoryName(product.categorySlug) === undefined) throw unknownCategory(product.categorySlug)
  for (const { sku } of catalogue.products.values()) if (sku === product.sku) throw skuTaken(sku)
  const { merchantId, nowMs } = command
  catalogue.products.set(product.id, product)
  catalogue.prices.set(product.id, [{ price: product.price, atMs: nowMs, merchantId }])
  stock.addProduct(product.id, command.initialStock)
  return product.id
}

function keep(catalogue: MemoryCatalogue, next: ShelvedProduct, { change, merchantId, nowMs }: ChangeCommand): void {
  if (catalogue.categoryName(next.categorySlug) === undefined) throw unknownCategory(next.categorySlug)
  catalogue.products.set(next.id, next)
  if (change.kind === 'reprice') {
    const earlier = catalogue.prices.get(next.id) ?? []
    catalogue.prices.set(next.id, [{ price: next.price, atMs: nowMs, merchantId }, ...earlier])
  }
  if (change.kind !== 'image') return
  if (change.image === undefined) catalogue.images.delete(next.id)
  else catalogue.images.set(next.id, change.image)
}
