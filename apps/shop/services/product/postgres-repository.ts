import type { Database } from '@ashlar/sql'
import { postgresProducts } from './postgres-products.ts'
import { postgresStock } from './postgres-stock.ts'
import type { ProductStore } from './repository.ts'

/** The shop's own database, after the migrations in `migrations/`. */
export function postgresProductStore(db: Database): ProductStore {
  return { products: postgresProducts(db), stock: postgresStock(db) }
}

export const migrationNamespace = 'product'
export const migrationDirectory: URL = new URL('./migrations/', import.meta.url)
