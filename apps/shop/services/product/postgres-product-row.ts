import { sql, type Queryable, type Statement } from '@ashlar/sql'
import { money } from '../shared/money.ts'
import type { ListedProduct } from './product.ts'

export interface ProductRow extends Omit<ListedProduct, 'price' | 'imageHash'> {
  readonly priceMinor: number
  readonly currency: string
  readonly imageHash: string | null
}

/** What a {@link ProductRow} holds, out of `product p` and its `stock s`. */
export const productColumns: Statement = sql`
  p.id, p.sku, p.name, p.brand, p.category_slug as "categorySlug", p.category_name as "categoryName", p.description,
  p.price_minor as "priceMinor", p.currency, p.attributes, p.rating_tenths as "ratingTenths",
  p.rating_count as "ratingCount", p.colour, p.created_at as "createdAtMs", p.version,
  p.retired_at is not null as retired, p.image_hash as "imageHash",
  case when p.retired_at is null then s.available else 0 end as available`

/** In no order. */
export async function findProducts(db: Queryable, ids: readonly string[]): Promise<readonly ListedProduct[]> {
  const rows = await db.rows<ProductRow>(sql`
    select ${productColumns} from product p join stock s on s.product_id = p.id where p.id = any(${ids}::uuid[])`)
  return rows.map(toProduct)
}

export function toProduct({ priceMinor, currency, imageHash, ...rest }: ProductRow): ListedProduct {
  return { ...rest, price: money(priceMinor, currency), imageHash: imageHash ?? undefined }
}
