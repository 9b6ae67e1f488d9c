import { totalOf, type Order } from '../services/order/order.ts'
import { isSettled, statusName, type Sighting } from './sightings.ts'
import type { Violation } from './violation.ts'

/** From where to where customers may see an order go. Said here once more, so that a slip in the shop's own table shows. */
const ways: Readonly<Record<string, readonly string[]>> = {
  '': ['CREATED', 'PENDING'],
  CREATED: ['PENDING', 'CANCELLED'],
  PENDING: ['PENDING', 'RESERVED', 'REFUSED', 'CANCELLED', 'INTERRUPTED'],
  RESERVED: ['PENDING', 'PAID', 'REFUSED', 'CANCELLED', 'INTERRUPTED'],
  INTERRUPTED: ['PENDING', 'REFUSED', 'CANCELLED', 'REFUNDED', 'INTERRUPTED'],
  PAID: ['SHIPPED', 'CANCELLED', 'INTERRUPTED'],
  SHIPPED: ['DELIVERED', 'REFUNDED', 'INTERRUPTED'],
  DELIVERED: ['REFUNDED', 'INTERRUPTED'],
}

/**
 * Every order that anybody was told of is there, went a way it may go, and came to an end.
 * @param leased those that somebody still works on.
 */
export function checkOrders(
  orders: readonly Order[],
  leased: ReadonlySet<string>,
  sightings: readonly Sighting[],
): Violation[] {
  const violations: Violation[] = []
  const byId = new Map(orders.map((order) => [order.id, order]))
  const byKey = new Map<string, string>()
  for (const order of orders) {
    const about = (kind: string, message: string): void =>
      void violations.push({ kind, subject: order.id, message: `order ${order.id}: ${message}` })
    const key = `${order.userId} ${order.idempotencyKey}`
    if (byKey.has(key)) about('doubled', `${byKey.get(key)} was made with the same key ${order.idempotencyKey}`)
    byKey.set(key, order.id)
    const path = order.history.map(({ status }) => status)
    const wrong = path.findIndex((status, index) => !ways[path[index - 1] ?? '']?.includes(status))
    if (wrong >= 0) about('no way', `it went ${path.slice(0, wrong + 1).join(', ')}`)
    const busy = leased.has(order.id)
    if (!isSettled(order.status) || busy) about('not settled', `it is ${order.status}${busy ? ', and leased' : ''}`)
  }
  return [...violations, ...sightings.flatMap((sighting) => checkSighting(sighting, byId.get(sighting.order.id)))]
}

/** What an answer showed is what the order was at that time, and what it costs is what it cost from the checkout on. */
function checkSighting({ purchase, order, known }: Sighting, stored: Order | undefined): Violation[] {
  const violation = (kind: string, message: string): Violation[] => [
    { kind, subject: order.id, message: `order ${order.id}: ${message}` },
  ]
  if (order.id !== purchase.orderId)
    return violation('doubled', `${purchase.key} had been answered with ${purchase.orderId}`)
  if (stored === undefined) return violation('lost', `shown to a customer at version ${order.version}, and not there`)
  if (order.version < known) return violation('went back', `shown at version ${order.version} after version ${known}`)
  const shown = order.history.map((change) => `${statusName(change)} ${change.note}`)
  const is = stored.history.slice(0, shown.length).map(({ status, note }) => `${status} ${note}`)
  if (order.version > stored.version || shown.join('\n') !== is.join('\n')) {
    return violation('rewritten', `version ${order.version} was shown as ${shown.at(-1)}, which is not in its history`)
  }
  const [total, storedTotal] = [Number(order.total?.amountMinor), totalOf(stored.lines).amountMinor]
  if (!order.history.some((change) => statusName(change) === 'PENDING')) return []
  if (total !== storedTotal)
    return violation('repriced', `${total} when it was ${statusName(order)}, ${storedTotal} in the end`)
  const agreed = purchase.agreedMinor
  if (agreed.has(undefined) || agreed.has(total)) return []
  return violation('not agreed', `costs ${total}; the customer agreed to ${[...agreed].join(', ')}`)
}
