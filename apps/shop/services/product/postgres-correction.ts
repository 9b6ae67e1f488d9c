import { sql, type Database } from '@ashlar/sql'
import { editDistance } from './edit-distance.ts'

const candidates = 8

/**
 * Each word as the catalogue spells it, as far as there is one like it; undefined where the database cannot tell.
 * Similar words are found by their common trigrams, which an index holds; of those, the one with the fewest slips.
 */
export async function correctWords(db: Database, words: readonly string[]): Promise<readonly string[] | undefined> {
  // Without the extension there is no such operator, and naming it would be an error.
  const extension = await db.maybe(sql`select extname from pg_extension where extname = 'pg_trgm'`)
  if (extension === undefined) return undefined
  const rows = await db.rows<{ word: string; similar: readonly string[] }>(sql`
    select typed.word, array(
      select w.word from search_word w
      where w.word % typed.word order by similarity(w.word, typed.word) desc, w.word limit ${candidates}
    ) as similar
    from unnest(${words}::text[]) with ordinality as typed (word, at) order by typed.at`)
  return rows.map(({ word, similar }) => closest(word, similar))
}

function closest(word: string, similar: readonly string[]): string {
  const distances = similar.map((other) => editDistance(word, other))
  return similar[distances.indexOf(Math.min(...distances))] ?? word
}
