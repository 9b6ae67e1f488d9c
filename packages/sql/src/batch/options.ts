import type { Clock } from '@ashlar/kernel'

/** What became of one item: its result, or why there is none. An `Error` rejects that item's `add` and no other. */
export type ItemOutcome<Result> = Result | Error

export interface BatchOptions<Item, Result> {
  /** For events and messages. */
  readonly name: string
  /**
   * Writes the items, in the order in which they were added, and returns what became of each, in that order. One at a
   * time; outside of any caller's call, because it works for many. When it throws it must have kept nothing, as a
   * single statement or a transaction does: it is called again with the halves when an item is to blame, and all of its
   * items are rejected otherwise. One statement over arrays (`sql.unnest`) is the quickest for many.
   */
  readonly flush: (items: readonly Item[]) => Promise<readonly ItemOutcome<Result>[]>
  /** How many items one flush takes. More make a better use of each commit, and each wait longer. @default 256 */
  readonly maxItems?: number
  /** How many bytes one flush takes, as `bytesOf` counts them; one item alone may have more. @default 1_048_576 */
  readonly maxBytes?: number
  /** The size of an item. @default 0 */
  readonly bytesOf?: (item: Item) => number
  /** How many items may wait beside those that are being flushed; more are refused. @default 10_000 */
  readonly maxQueued?: number
  readonly clock?: Clock
}
