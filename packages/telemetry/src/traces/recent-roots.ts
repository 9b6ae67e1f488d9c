import { digitsAt, slotOf, slots } from './root-slots.ts'

/**
 * What was decided about the latest traces, for spans that end after the decision. Bounded by forgetting: a root takes
 * the place of an earlier one whose id ends alike. O(1), no allocation.
 */
export class RecentRoots {
  readonly #roots: (string | undefined)[] = Array.from<undefined>({ length: slots })
  /**
   * More digits of the slot's root, and whether it was kept in the lowest bit. Most that are asked for are not there,
   * which this says without a look at a text that lies where nothing has been read for long.
   */
  readonly #marks = new Uint16Array(slots)

  set(root: string, isKept: boolean): void {
    const slot = slotOf(root)
    this.#roots[slot] = root
    this.#marks[slot] = markOf(root) | (isKept ? 1 : 0)
  }

  /** `undefined` when nothing has been decided, or it has been forgotten. */
  get(root: string): boolean | undefined {
    const slot = slotOf(root)
    const mark = this.#marks[slot] as number
    if ((mark & ~1) !== markOf(root) || this.#roots[slot] !== root) return undefined
    return (mark & 1) === 1
  }
}

/** From the three digits before those that the slot goes by. */
function markOf(root: string): number {
  return digitsAt(root, root.length - 6) << 1
}
