import { sql, type Database, type Queryable } from '@ashlar/sql'
import { searchWords } from './search-words.ts'
import type { Catalogue } from './product.ts'

// Any number will do, as long as nothing else in this database locks it.
const seedLock = 7_306_001

/** Fills an empty shop with a few statements. Whoever comes second waits, and then finds it filled. */
export async function seedCatalogue(db: Database, catalogue: () => Catalogue): Promise<boolean> {
  if (await isFilled(db)) return false
  const { categories, products } = catalogue()
  const rows = products.map((product) =>
    Object.assign({}, product, { priceMinor: product.price.amountMinor, currency: product.price.currency }),
  )
  return db.transaction(async (tx) => {
    await tx.run(sql`select pg_advisory_xact_lock(${seedLock})`)
    if (await isFilled(tx)) return false
    await tx.run(sql`
      insert into category (slug, name, position)
      select c.value ->> 'slug', c.value ->> 'name', c.ordinality
      from jsonb_array_elements(${sql.json(categories)}::jsonb) with ordinality as c`)
    await tx.run(sql`
      with given as (
        select * from jsonb_to_recordset(${sql.json(rows)}::jsonb) as g (
          id uuid, sku text, name text, brand text, "categorySlug" text, description text, "priceMinor" bigint,
          currency text, attributes jsonb, "ratingTenths" int, "ratingCount" int, colour text, "createdAtMs" bigint,
          "initialStock" int)
      ), added as (
        insert into product (id, sku, name, brand, category_slug, category_name, description, price_minor, currency,
          attributes, rating_tenths, rating_count, colour, created_at)
        select g.id, g.sku, g.name, g.brand, g."categorySlug", c.name, g.description, g."priceMinor", g.currency,
          g.attributes, g."ratingTenths", g."ratingCount", g.colour, to_timestamp(g."createdAtMs" / 1000.0)
        from given g join category c on c.slug = g."categorySlug"
        returning id, price_minor, currency, created_at
      ), priced as (
        insert into price_change (product_id, version, price_minor, currency, at)
        select id, 1, price_minor, currency, created_at from added
      )
      insert into stock (product_id, initial, available)
      select added.id, g."initialStock", g."initialStock" from added join given g on g.id = added.id`)
    await tx.run(sql`insert into search_word (word) select unnest(${wordsOf({ categories, products })}::text[])`)
    return true
  })
}

async function isFilled(db: Queryable): Promise<boolean> {
  return (await db.rows(sql`select from product limit 1`)).length > 0
}

function wordsOf({ categories, products }: Catalogue): readonly string[] {
  const nameOf = new Map(categories.map(({ slug, name }) => [slug, name]))
  const named = products.map((product) => ({ ...product, categoryName: nameOf.get(product.categorySlug) ?? '' }))
  return [...new Set(named.flatMap(searchWords))]
}
