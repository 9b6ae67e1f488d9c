/**
 * How many slips turn one word into the other: a letter left out, put in or replaced, or two neighbours swapped.
 *
 * Source: optimal string alignment, a restricted Damerau-Levenshtein distance. O(length x length).
 */
export function editDistance(left: string, right: string): number {
  let [twoBefore, before]: [number[], number[]] = [[], Array.from({ length: right.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1]
      let best = Math.min(at(before, j) + 1, at(row, j - 1) + 1, at(before, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        best = Math.min(best, at(twoBefore, j - 2) + 1)
      }
      row.push(best)
    }
    ;[twoBefore, before] = [before, row]
  }
  return at(before, right.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] as number
}
