import { migrate, type Database } from '@ashlar/sql'
import { createDedupe, migrateDedupe } from '@ashlar/sql/dedupe'
import { postgresMerchant } from './postgres-merchant.ts'
import { postgresProducts } from './postgres-products.ts'
import { postgresRecommendations } from './postgres-recommendations.ts'
import { postgresStock } from './postgres-stock.ts'
import type { ProductStore } from './repository.ts'

/** The shop's own database, after {@link migrateProductStore}. */
export function postgresProductStore(db: Database): ProductStore {
  const dedupe = createDedupe(db)
  return {
    products: postgresProducts(db),
    stock: postgresStock(db, dedupe),
    recommendations: postgresRecommendations(db),
    merchant: postgresMerchant(db, dedupe),
  }
}

/** Makes the tables, or brings them up to date. */
export async function migrateProductStore(db: Database): Promise<void> {
  await migrateDedupe(db)
  await migrate(db, { namespace: 'product', directory: new URL('./migrations/', import.meta.url) })
}
