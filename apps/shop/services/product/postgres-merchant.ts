import { hasCode } from '@ashlar/kernel'
import { sql, type Database, type Queryable, type Transaction, type UniqueViolationError } from '@ashlar/sql'
import type { Dedupe } from '@ashlar/sql/dedupe'
import { money } from '../shared/money.ts'
import { productNotFound, skuTaken, unknownCategory } from './errors.ts'
import type { ProductImage } from './image/image.ts'
import { oncePerKey } from './merchant-key.ts'
import { findProducts } from './postgres-product-row.ts'
import { updateWords } from './postgres-words.ts'
import { askedOf, decideChange, newProduct, type ChangeCommand, type CreateCommand } from './product-change.ts'
import type { ListedProduct, PriceChange, ShelvedProduct } from './product.ts'
import type { MerchantRepository } from './repository.ts'

/** Merchants' changes in PostgreSQL. Each locks its product first, and the words of search last. */
export function postgresMerchant(db: Database, dedupe: Dedupe<Transaction>): MerchantRepository {
  return {
    create: (command) =>
      db
        .transaction(async (tx) => {
          const id = await oncePerKey(dedupe, tx, command, askedOf(command), (inner) => add(inner, command))
          return one(tx, id)
        })
        .catch((error: unknown) => {
          const taken = hasCode(error, 'ASHLAR_SQL_UNIQUE_VIOLATION') && constraintOf(error) === 'product_sku_key'
          throw taken ? skuTaken(command.sku) : error
        }),
    change: (command) => db.transaction((tx) => change(tx, command)),
    async priceChanges(productId, limit) {
      const rows = await db.rows<PriceRow>(sql`
        select price_minor as "priceMinor", currency, at as "atMs", merchant_id as "merchantId"
        from price_change where product_id = ${productId} order by version desc limit ${limit}`)
      return rows.map(toPriceChange)
    },
    forgetKeys: (options) => dedupe.purge(options),
  }
}

async function add(tx: Queryable, command: CreateCommand): Promise<string> {
  const product = newProduct(command)
  const { id, sku, name, brand, categorySlug, description, price, attributes, colour, createdAtMs } = product
  const added = await tx.run(sql`
    insert into product (id, sku, name, brand, category_slug, category_name, description, price_minor, currency,
      attributes, rating_tenths, rating_count, colour, created_at)
    select ${id}, ${sku}, ${name}, ${brand}, c.slug, c.name, ${description}, ${price.amountMinor}, ${price.currency},
      ${sql.json(attributes)}, ${product.ratingTenths}, ${product.ratingCount}, ${colour}, ${sql.time(createdAtMs)}
    from category c where c.slug = ${categorySlug}`)
  if (added === 0) throw unknownCategory(categorySlug)
  const { initialStock } = command
  await tx.run(sql`insert into stock (product_id, initial, available) values (${id}, ${initialStock}, ${initialStock})`)
  await notePrice(tx, product, command)
  await updateWords(tx, undefined, await one(tx, id))
  return id
}

async function change(tx: Queryable, command: ChangeCommand): Promise<ListedProduct> {
  const { productId } = command
  // Locked before it is read: one statement that did both would see the stock as it was before the wait.
  await tx.run(sql`select from product where id = ${productId} for no key update`)
  const current = await one(tx, productId)
  const next = decideChange(current, command)
  if (next === current) return current
  await write(tx, next, command.nowMs)
  if (command.change.kind === 'reprice') await notePrice(tx, next, command)
  if (command.change.kind === 'image') await replaceImage(tx, productId, command.change.image)
  const changed = await one(tx, productId)
  await updateWords(tx, current, changed)
  return changed
}

async function write(tx: Queryable, next: ShelvedProduct, nowMs: number): Promise<void> {
  const { id, name, brand, categorySlug, description, price, attributes, colour, retired, version, imageHash } = next
  const written = await tx.run(sql`
    update product
    set name = ${name}, brand = ${brand}, category_slug = c.slug, category_name = c.name, description = ${description},
      price_minor = ${price.amountMinor}, currency = ${price.currency}, attributes = ${sql.json(attributes)},
      colour = ${colour}, version = ${version}, image_hash = ${imageHash ?? null},
      retired_at = case when ${retired} then coalesce(retired_at, ${sql.time(nowMs)}) end
    from category c where product.id = ${id} and c.slug = ${categorySlug}`)
  if (written === 0) throw unknownCategory(categorySlug)
}

async function notePrice(
  tx: Queryable,
  { id, version, price }: ShelvedProduct,
  { merchantId, nowMs }: { readonly merchantId: string; readonly nowMs: number },
): Promise<void> {
  await tx.run(sql`
    insert into price_change (product_id, version, price_minor, currency, at, merchant_id)
    values (${id}, ${version}, ${price.amountMinor}, ${price.currency}, ${sql.time(nowMs)}, ${merchantId})`)
}

async function replaceImage(tx: Queryable, productId: string, image: ProductImage | undefined): Promise<void> {
  if (image === undefined) {
    await tx.run(sql`delete from product_image where product_id = ${productId}`)
    return
  }
  await tx.run(sql`
    insert into product_image (product_id, hash, content_type, content)
    values (${productId}, ${image.hash}, ${image.contentType}, ${image.content})
    on conflict (product_id) do update
    set hash = excluded.hash, content_type = excluded.content_type, content = excluded.content`)
}

async function one(tx: Queryable, id: string): Promise<ListedProduct> {
  const [product] = await findProducts(tx, [id])
  if (product === undefined) throw productNotFound([id])
  return product
}

function constraintOf(error: unknown): string {
  return (error as UniqueViolationError).constraint
}

interface PriceRow {
  readonly priceMinor: number
  readonly currency: string
  readonly atMs: number
  readonly merchantId: string | null
}

function toPriceChange({ priceMinor, currency, atMs, merchantId }: PriceRow): PriceChange {
  return { price: money(priceMinor, currency), atMs, merchantId: merchantId ?? undefined }
}
