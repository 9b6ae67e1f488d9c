import type { StockLevel } from '../services/product/reservation.ts'
import type { Order } from '../services/order/order.ts'
import { isKept } from './sightings.ts'
import type { Violation } from './violation.ts'

/**
 * Sold is what is in the orders that customers keep or that were refunded without their pieces, nothing is held for
 * anybody, and there is what there was at first and what merchants added. That the sums are right is watched.
 * @param pieces by product, how many there should be.
 */
export function checkStock(
  orders: readonly Order[],
  pieces: ReadonlyMap<string, number>,
  levels: readonly StockLevel[],
): Violation[] {
  const gone = orders.filter(({ status, ending }) => isKept(status) || (status === 'REFUNDED' && !isRestocked(ending)))
  const lines = gone.flatMap((order) => order.lines)
  const violations: Violation[] = []
  for (const { productId, initial, reserved, sold } of levels) {
    const about = (kind: string, message: string): void =>
      void violations.push({ kind, subject: productId, message: `product ${productId}: ${message}` })
    const bought = lines.reduce((sum, line) => sum + (line.productId === productId ? line.quantity : 0), 0)
    const expected = pieces.get(productId)
    if (sold !== bought) about('sold amiss', `${sold} sold, ${bought} in orders that are kept`)
    if (reserved !== 0) about('still held', `${reserved} held for nobody`)
    if (initial !== expected) about('miscounted', `${initial} in all, ${expected} by the answers to merchants`)
  }
  return violations
}

function isRestocked(ending: Order['ending']): boolean {
  return ending?.kind === 'refund' && ending.restock
}
