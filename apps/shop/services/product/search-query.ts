/** What a customer's text asks for. */
export type SearchQuery =
  | { readonly kind: 'everything' }
  /** There is text, but no word in it that could be found. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'words'
      /** Each of `a` to `z` and digits only, at most 16: safe to put into any query language. */
      readonly words: readonly string[]
    }

const maxWords = 16

// Words that say nothing about a product. "lamp for the desk" means "lamp desk".
const stopWords = new Set('a an and at by for from in is it of on or our the to with'.split(' '))

/**
 * Reads what somebody typed into a search box. Every word must be found; the last may be unfinished. Punctuation
 * separates words and means nothing else, so no input is an error.
 */
export function parseSearchQuery(text: string): SearchQuery {
  if (text.trim() === '') return { kind: 'everything' }
  const all = [...new Set(foldWords(text))].slice(0, maxWords)
  if (all.length === 0) return { kind: 'nothing' }
  const telling = all.filter((word) => !stopWords.has(word))
  return { kind: 'words', words: telling.length > 0 ? telling : all }
}

/** The words of a text in lower case and without accents: "Café-Tisch" gives "cafe" and "tisch". */
export function foldWords(text: string): readonly string[] {
  const folded = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßæøœđł]/g, (letter) => plainLetters[letter] as string)
  return folded.match(/[a-z0-9]+/g) ?? []
}

// Letters that Unicode does not take apart. The migration's `fold` knows the same ones.
const plainLetters: Readonly<Record<string, string>> = { ß: 's', æ: 'a', ø: 'o', œ: 'o', đ: 'd', ł: 'l' }
