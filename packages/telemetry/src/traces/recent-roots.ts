const slots = 1_024

/**
 * What was decided about the latest traces, for spans that end after the decision. Bounded by forgetting: a root takes
 * the place of an earlier one whose id ends alike. O(1), no allocation.
 */
export class RecentRoots {
  readonly #roots: (string | undefined)[] = Array.from<undefined>({ length: slots })
  readonly #kept = new Uint8Array(slots)

  set(root: string, isKept: boolean): void {
    const slot = slotOf(root)
    this.#roots[slot] = root
    this.#kept[slot] = isKept ? 1 : 0
  }

  /** `undefined` when nothing has been decided, or it has been forgotten. */
  get(root: string): boolean | undefined {
    const slot = slotOf(root)
    return this.#roots[slot] === root ? this.#kept[slot] === 1 : undefined
  }
}

/** From the last three digits, which are random. */
function slotOf(root: string): number {
  const end = root.length
  const a = root.charCodeAt(end - 1)
  const b = root.charCodeAt(end - 2)
  const c = root.charCodeAt(end - 3)
  return (digit(a) | (digit(b) << 4) | (digit(c) << 8)) & (slots - 1)
}

/** Of the character code of a hexadecimal digit. */
function digit(code: number): number {
  return (code & 15) + (code >> 6) * 9
}
