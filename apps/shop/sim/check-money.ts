import { checkConservation, checkExactlyOnce } from '@ashlar/testing/history'
import type { LedgerEntry } from '../services/bank/repository.ts'
import type { Account } from '../services/payment/payment.ts'
import { totalOf, type Order } from '../services/order/order.ts'
import { isKept } from './sightings.ts'
import type { Violation } from './violation.ts'

/**
 * The bank holds what customers owe for the orders that they keep: of each its total, once, and nothing of any other.
 * The payment service's own books say the same.
 */
export function checkMoney(
  orders: readonly Order[],
  entries: readonly LedgerEntry[],
  accounts: ReadonlyMap<string, Account>,
): Violation[] {
  const charges = entries.flatMap((entry) =>
    entry.kind === 'charge' && entry.charge.status === 'approved' ? [entry.charge] : [],
  )
  const orderOf = new Map(charges.map(({ id, description }) => [id, description.replace('Order ', '')]))
  const amounts = movedBy(entries, orderOf)

  const asked = orders.map(({ id, status }) => ({
    id,
    outcome: isKept(status) ? ('ok' as const) : ('unknown' as const),
  }))
  const owed = orders.map((order) => (isKept(order.status) ? totalOf(order.lines).amountMinor : 0))
  const violations: Violation[] = [...checkExactlyOnce(asked, orderOf.values())]
  for (const [index, { id, status }] of orders.entries()) {
    const tally = { name: `the bank, for the ${status} order ${id}`, amounts: amounts.get(id) ?? [] }
    for (const { kind, message } of checkConservation([tally], owed[index] as number)) {
      violations.push({ kind, subject: id, message })
    }
    const { payment, invoice } = accounts.get(id) ?? {}
    const story = `order ${id} is ${status}, its payment ${payment?.status}, its invoice ${invoice?.number}`
    const isCharged = payment?.status === 'CHARGED'
    const isOpen = payment?.status === 'PENDING'
    const isInvoiced = invoice !== undefined && invoice.refundedAtMs === undefined
    if (isOpen || isCharged !== isKept(status) || isInvoiced !== isCharged) {
      violations.push({ kind: 'books differ', subject: id, message: story })
    }
  }
  const all = { name: 'the bank', amounts: [...amounts.values()].flat() }
  const owedInAll = owed.reduce((sum, each) => sum + each, 0)
  return [...violations, ...checkConservation([all], owedInAll)]
}

/** By order, what came in and what went out. */
function movedBy(entries: readonly LedgerEntry[], orderOf: ReadonlyMap<string, string>): Map<string, number[]> {
  const moved = new Map<string, number[]>()
  for (const entry of entries) {
    const [chargeId, amountMinor] =
      entry.kind === 'charge'
        ? [entry.charge.id, entry.charge.amountMinor]
        : [entry.refund.chargeId, -entry.refund.amountMinor]
    const orderId = orderOf.get(chargeId)
    if (orderId !== undefined) moved.set(orderId, [...(moved.get(orderId) ?? []), amountMinor])
  }
  return moved
}
