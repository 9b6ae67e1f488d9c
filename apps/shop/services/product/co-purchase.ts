import type { Movement, StockLine } from './reservation.ts'

/** Products that were bought by one order, and by how much that changes the number of orders that did so. */
export interface CoPurchase {
  /** In the order of their ids, at most 10. */
  readonly productIds: readonly string[]
  readonly change: 1 | -1
}

/** Who buys more different things at once says little about which of them belong together, in many pairs. */
const mostProducts = 10

/**
 * What a movement of a reservation's lines says about products that are bought together: a sale counts, and does no
 * longer when it is undone. Undefined when it says nothing.
 */
export function coPurchaseOf(lines: readonly StockLine[], move: Movement | undefined): CoPurchase | undefined {
  if (move !== 'sell' && move !== 'restock') return undefined
  if (lines.length < 2 || lines.length > mostProducts) return undefined
  return { productIds: lines.map(({ productId }) => productId), change: move === 'sell' ? 1 : -1 }
}
