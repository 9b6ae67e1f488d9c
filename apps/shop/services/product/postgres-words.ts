import { sql, type Queryable } from '@ashlar/sql'
import type { ListedProduct } from './product.ts'
import { searchWords } from './search-words.ts'

// Any number will do, as long as nothing else in this database locks it.
const wordsLock = 7_306_002

/**
 * Lets search correct typing mistakes to the words of what is on sale now, and no longer to those that nothing is found
 * by. Last in a transaction: until that ends, nobody else's words change, so that none is forgotten which another product
 * has just brought back.
 */
export async function updateWords(
  tx: Queryable,
  before: ListedProduct | undefined,
  after: ListedProduct,
): Promise<void> {
  const [old, now] = [wordsOnSale(before), wordsOnSale(after)]
  const learned = now.filter((word) => !old.includes(word))
  const left = old.filter((word) => !now.includes(word))
  if (learned.length === 0 && left.length === 0) return
  await tx.run(sql`select pg_advisory_xact_lock(${wordsLock})`)
  await tx.run(sql`
    insert into search_word (word) select unnest(${learned}::text[]) on conflict (word) do nothing`)
  await tx.run(sql`
    delete from search_word w where w.word = any(${left}::text[]) and not exists (
      select from product p where p.retired_at is null and p.search @@ to_tsquery('shop_english', w.word))`)
}

function wordsOnSale(product: ListedProduct | undefined): readonly string[] {
  return product === undefined || product.retired ? [] : searchWords(product)
}
