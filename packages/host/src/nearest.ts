/** The one of `names` that `text` was probably meant to be; `undefined` when none is near. */
export function nearest(text: string, names: readonly string[]): string | undefined {
  // Two slips, swapped neighbours being two, in a word long enough to tell it by the rest.
  const limit = text.length < 4 ? 1 : Math.max(2, Math.floor(text.length / 3))
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const name of names) {
    // A beginning is what is typed in haste; one letter begins too many.
    const distance = text.length > 1 && name.startsWith(text) ? 1 : distanceOf(text, name)
    if (distance <= limit && distance < (best?.distance ?? Infinity)) best = { name, distance }
  }
  return best?.name
}

/** "; did you mean ...?" where something is near, else what there is. */
export function hint(text: string, names: readonly string[]): string {
  const near = nearest(text, names)
  if (near !== undefined) return `; did you mean "${near}"?`
  return names.length === 0 ? '; there are none' : `; there are: ${names.join(', ')}`
}

/** Source: Levenshtein distance by Wagner and Fischer, with one row. */
function distanceOf(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (above[column] as number) + 1, (current[column - 1] as number) + 1))
    }
    above = current
  }
  return above[b.length] as number
}
