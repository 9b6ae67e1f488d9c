import { sql, type Database, type Statement } from '@ashlar/sql'
import type { Cursor } from '../shared/page-token.ts'
import type { ProductImage } from './image/image.ts'
import { correctWords } from './postgres-correction.ts'
import { findProducts, productColumns, toProduct, type ProductRow } from './postgres-product-row.ts'
import type { CountedCategory, ProductSearch, SearchPage, SortOrder } from './product.ts'
import type { ProductRepository } from './repository.ts'
import { seedCatalogue } from './postgres-seed.ts'
import { parseSearchQuery } from './search-query.ts'
import { isAscending } from './sort-key.ts'

export function postgresProducts(db: Database): ProductRepository {
  return {
    seed: (catalogue) => seedCatalogue(db, catalogue),
    categories: () =>
      db.rows<CountedCategory>(sql`
        select c.slug, c.name, count(p.id)::int as "productCount"
        from category c left join product p on p.category_slug = c.slug and p.retired_at is null
        group by c.slug order by c.position`),
    async search(search, page) {
      const query = parseSearchQuery(search.query)
      if (query.kind === 'nothing') return nothing
      const words = query.kind === 'words' ? query.words : undefined
      const found = await searchWords(db, words, search, page)
      if (words === undefined || found.categories.length > 0) return found
      // Nothing anywhere: perhaps it was mistyped. Deterministic, so that the next page is one of the same search.
      const corrected = await correctWords(db, words)
      return corrected === undefined ? found : searchWords(db, corrected, search, page)
    },
    async find(ids) {
      const byId = new Map((await findProducts(db, ids)).map((product) => [product.id, product]))
      return ids.flatMap((id) => byId.get(id) ?? [])
    },
    image: (productId, hash) =>
      db.maybe<ProductImage>(sql`
        select hash, content_type as "contentType", content from product_image
        where product_id = ${productId} and hash = ${hash}`),
  }
}

const nothing: SearchPage = { products: [], end: undefined, totalCount: 0, categories: [] }

async function searchWords(
  db: Database,
  words: readonly string[] | undefined,
  search: ProductSearch,
  { size, after }: { size: number; after: Cursor | undefined },
): Promise<SearchPage> {
  const { categorySlug, sort } = search
  const [direction, beyond] = isAscending(sort) ? [sql`asc`, sql`>`] : [sql`desc`, sql`<`]
  const inCategory = categorySlug === undefined ? sql`` : sql`and p.category_slug = ${categorySlug}`
  const rest =
    after === undefined ? sql`` : sql`where key ${beyond} ${after.key} or (key = ${after.key} and id > ${after.id})`
  const [rows, categories] = await Promise.all([
    db.rows<ProductRow & { key: number }>(sql`
      select ${productColumns}, page.key
      from (
        select id, key
        from (select p.id, ${sortKey(sort, words)} as key from ${matching(words, search)} ${inCategory}) as found
        ${rest} order by key ${direction}, id limit ${size + 1}
      ) as page
      join product p on p.id = page.id join stock s on s.product_id = p.id
      order by page.key ${direction}, page.id`),
    db.rows<CountedCategory>(sql`
      select p.category_slug as slug, p.category_name as name, count(*)::int as "productCount"
      from ${matching(words, search)} group by 1, 2 order by 3 desc, 1`),
  ])
  const shown = rows.slice(0, size)
  const last = shown.at(-1)
  return {
    products: shown.map(({ key: _key, ...row }) => toProduct(row)),
    end: rows.length > size && last !== undefined ? { key: last.key, id: last.id } : undefined,
    totalCount: categories
      .filter(({ slug }) => categorySlug === undefined || slug === categorySlug)
      .reduce((sum, { productCount }) => sum + productCount, 0),
    categories,
  }
}

/** Tables and condition, without the category: the categories are counted without it. */
function matching(words: readonly string[] | undefined, search: ProductSearch): Statement {
  const { inStockOnly, minPriceMinor, maxPriceMinor, includeRetired } = search
  // What is retired cannot be bought, whatever is in stock.
  return sql`product p ${inStockOnly ? sql`join stock s on s.product_id = p.id and s.available > 0` : sql``}
    where ${includeRetired && !inStockOnly ? sql`true` : sql`p.retired_at is null`}
    ${words === undefined ? sql`` : sql`and p.search @@ ${everyWord(words)}`}
    ${minPriceMinor === undefined ? sql`` : sql`and p.price_minor >= ${minPriceMinor}`}
    ${maxPriceMinor === undefined ? sql`` : sql`and p.price_minor <= ${maxPriceMinor}`}`
}

// Words hold letters and digits only, so there is nothing in them that the query syntax could mistake.
function everyWord(words: readonly string[]): Statement {
  return sql`to_tsquery('shop_english', ${`${words.join(' & ')}:*`})`
}

function anyWord(words: readonly string[]): Statement {
  return sql`to_tsquery('shop_english', ${`${words.join(' | ')}:*`})`
}

/** The numbers of sort-key.ts. Never from stock, which changes between pages. */
const keys: Readonly<Record<Exclude<SortOrder, 'relevance'>, Statement>> = {
  'price-ascending': sql`p.price_minor`,
  'price-descending': sql`p.price_minor`,
  newest: sql`(extract(epoch from p.created_at) * 1000)::int8`,
  rating: sql`(p.rating_tenths::int8 * 1000000 + p.rating_count)`,
}

function sortKey(sort: SortOrder, words: readonly string[] | undefined): Statement {
  if (sort !== 'relevance') return keys[sort]
  if (words === undefined) return sql`(p.rating_tenths * p.rating_count)::int8`
  // Weights of D, C, B, A. By any word, since that adds the words up wherever they stand: ranking by all of them, or by
  // cover density, puts two words side by side in a description above one in the name and one in the description.
  // The factor is 1 to 1.3: it breaks near-ties.
  return sql`round(ts_rank('{0.05, 0.05, 0.3, 1}', p.search, ${anyWord(words)})::float8
    * (1 + 0.3 * p.rating_count / (p.rating_count + 100.0)::float8) * 1e6)::int8`
}
