import { sql, type Database, type Statement } from '@ashlar/sql'
import { money } from '../shared/money.ts'
import type { Cursor } from '../shared/page-token.ts'
import { correctWords } from './postgres-correction.ts'
import type { CountedCategory, ListedProduct, ProductSearch, SearchPage, SortOrder } from './product.ts'
import type { ProductRepository } from './repository.ts'
import { seedCatalogue } from './postgres-seed.ts'
import { parseSearchQuery } from './search-query.ts'
import { isAscending } from './sort-key.ts'

interface ProductRow extends Omit<ListedProduct, 'price'> {
  readonly priceMinor: number
  readonly currency: string
}

const columns = sql`
  p.id, p.sku, p.name, p.brand, p.category_slug as "categorySlug", p.category_name as "categoryName", p.description,
  p.price_minor as "priceMinor", p.currency, p.attributes, p.rating_tenths as "ratingTenths",
  p.rating_count as "ratingCount", s.available, p.colour, p.created_at as "createdAtMs"`

export function postgresProducts(db: Database): ProductRepository {
  return {
    seed: (catalogue) => seedCatalogue(db, catalogue),
    categories: () =>
      db.rows<CountedCategory>(sql`
        select c.slug, c.name, count(p.id)::int as "productCount"
        from category c left join product p on p.category_slug = c.slug
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
      const rows = await db.rows<ProductRow>(sql`
        select ${columns} from product p join stock s on s.product_id = p.id where p.id = any(${ids}::uuid[])`)
      const byId = new Map(rows.map((row) => [row.id, row]))
      return ids.flatMap((id) => byId.get(id) ?? []).map(toProduct)
    },
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
      select ${columns}, page.key
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
    products: shown.map(toProduct),
    end: rows.length > size && last !== undefined ? { key: last.key, id: last.id } : undefined,
    totalCount: categories
      .filter(({ slug }) => categorySlug === undefined || slug === categorySlug)
      .reduce((sum, { productCount }) => sum + productCount, 0),
    categories,
  }
}

/** Tables and condition, without the category: the categories are counted without it. */
function matching(words: readonly string[] | undefined, search: ProductSearch): Statement {
  const { inStockOnly, minPriceMinor, maxPriceMinor } = search
  return sql`product p ${inStockOnly ? sql`join stock s on s.product_id = p.id and s.available > 0` : sql``} where true
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

function toProduct(row: ProductRow): ListedProduct {
  const { priceMinor, currency, ...rest } = row as ProductRow & { key?: number }
  delete rest.key
  return { ...rest, price: money(priceMinor, currency) }
}
