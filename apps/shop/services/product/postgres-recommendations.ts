import { sql, type Database, type Queryable } from '@ashlar/sql'
import type { CoPurchase } from './co-purchase.ts'
import { productColumns, toProduct, type ProductRow } from './postgres-product-row.ts'
import type { RecommendationRepository } from './repository.ts'

export function postgresRecommendations(db: Database): RecommendationRepository {
  return {
    async alsoBought(productId, { minOrders, limit }) {
      const rows = await db.rows<ProductRow>(sql`
        select ${productColumns}
        from co_purchase c
        join product p on p.id = c.other_id and p.retired_at is null
        join stock s on s.product_id = p.id and s.available > 0
        where c.product_id = ${productId} and c.orders >= ${minOrders}
        order by c.orders desc, p.id limit ${limit}`)
      return rows.map(toProduct)
    },
    async bestSellers(limit) {
      const rows = await db.rows<ProductRow>(sql`
        select ${productColumns}
        from stock s join product p on p.id = s.product_id and p.retired_at is null
        where s.available > 0
        order by s.sold desc, p.rating_tenths * p.rating_count desc, p.id limit ${limit}`)
      return rows.map(toProduct)
    },
  }
}

/**
 * Counts what was sold, or no longer is. In the transaction that moves the stock and after it did: whoever counts one of
 * these pairs has both products' stock locked, so nobody waits for a pair, in a circle or otherwise.
 */
export async function countCoPurchase(tx: Queryable, { productIds, change }: CoPurchase): Promise<void> {
  if (change === 1) {
    await tx.run(sql`
      insert into co_purchase as known (product_id, other_id, orders)
      select one.id, other.id, 1
      from unnest(${productIds}::uuid[]) as one (id) join unnest(${productIds}::uuid[]) as other (id) on one.id <> other.id
      order by one.id, other.id
      on conflict (product_id, other_id) do update set orders = known.orders + 1`)
    return
  }
  // Never below nothing: a count that is not quite right is no reason to refuse a return.
  await tx.run(sql`
    update co_purchase set orders = orders - 1
    where product_id = any(${productIds}::uuid[]) and other_id = any(${productIds}::uuid[]) and orders > 0`)
}
