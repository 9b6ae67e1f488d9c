import type { Order } from '../services/order/order.ts'
import type { Account } from '../services/payment/payment.ts'
import { checkMoney } from './check-money.ts'
import { checkOrders } from './check-orders.ts'
import { checkStock } from './check-stock.ts'
import type { Sightings } from './sightings.ts'
import type { Stores } from './stores.ts'
import type { Violation } from './violation.ts'

export interface Evidence {
  readonly stores: Stores
  readonly userIds: readonly string[]
  /** By customer, the ids of all their orders as they were shown to them when everything had ended. */
  readonly listed: ReadonlyMap<string, readonly string[]>
  readonly sightings: Sightings
  /** By product, how many pieces there should be, sold ones included. */
  readonly pieces: ReadonlyMap<string, number>
}

export interface End {
  readonly violations: readonly Violation[]
  /** How many orders ended how. */
  readonly ends: Readonly<Record<string, number>>
}

/** What must hold when all is well and nothing happens any more. */
export async function checkEnd({ stores, userIds, listed, sightings, pieces }: Evidence): Promise<End> {
  const orders: Order[] = []
  const leased = new Set<string>()
  const accounts = new Map<string, Account>()
  const violations: Violation[] = []
  for (const userId of userIds) {
    const stored = await stores.orders.list(userId, { limit: 10_000, after: undefined })
    orders.push(...stored)
    violations.push(...checkList(userId, listed.get(userId), stored))
  }
  for (const { id } of orders) {
    if ((await stores.orders.find(id))?.busyUntilMs !== undefined) leased.add(id)
    accounts.set(id, await stores.payments.find(id))
  }
  violations.push(
    ...checkOrders(orders, leased, sightings.all),
    ...checkMoney(orders, await stores.ledger.entries({ after: 0, limit: 100_000 }), accounts),
    ...checkStock(orders, pieces, await stores.stock.levels('all')),
  )
  const ends: Record<string, number> = {}
  for (const { status } of orders) ends[status] = (ends[status] ?? 0) + 1
  return { violations, ends }
}

function checkList(userId: string, ids: readonly string[] | undefined, stored: readonly Order[]): Violation[] {
  const about = (kind: string, message: string): Violation[] => [
    { kind, subject: userId, message: `customer ${userId} ${message}` },
  ]
  if (ids === undefined) return about('not settled', 'did not get everything to its end')
  if (ids.join() === stored.map(({ id }) => id).join()) return []
  return about('listed amiss', `was shown ${ids.length} orders and has ${stored.length}, or not in this sequence`)
}
