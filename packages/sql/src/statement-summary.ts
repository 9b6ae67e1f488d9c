// What is called in a `from` is a function, not a table; in an `insert` the columns follow. `extract(epoch from at)` and
// `is distinct from` name columns.
const table =
  /(?<!\bdistinct\s|\bextract\s?\(\s?\w{1,20}\s)\b(?:into\s+([a-z_"][\w$".]*)|(?:from|update|join)\s+(?:only\s+)?([a-z_"][\w$".]*)(?![\w$".]|\s*\())/i

/**
 * What a statement does, in a few words: its first word and the first table that it names, as in `select orders`. Made
 * of its text alone, where no value ever is.
 */
export function summaryOf(text: string, verb: string): string {
  const found = table.exec(text)
  const named = found?.[1] ?? found?.[2]
  return named === undefined ? verb : `${verb} ${named.replaceAll('"', '')}`
}
