import { hasCode } from '@ashlar/kernel'
import { maxCartLines } from './cart.ts'
import { mayHaveBeenCharged, wasMadeOpen, type Ending, type Order, type Refusal } from './order.ts'
import type { OrderRun } from './order-run.ts'
import type { PaymentTaker, Stock } from './ports.ts'
import type { CartLine } from './repository.ts'
import { cancelled, ending, paid, refunded, refused, reserved, resumed } from './transitions.ts'

export interface CheckoutPorts {
  readonly stock: Stock
  readonly payments: PaymentTaker
}

/**
 * Brings an order to its end: hold the stock, take the payment, sell the stock.
 *
 * Every step may be repeated under the order's id, so an order that was interrupted anywhere is simply taken through
 * all of them again. One whose ending was decided is taken to that ending. Throws where it cannot know the outcome.
 * @param again given when the order is taken up again: the card to charge, empty for the one it has.
 */
export async function checkOut(run: OrderRun, ports: CheckoutPorts, again?: { cardToken: string }): Promise<void> {
  if (run.order.ending !== undefined) return carryOut(run, ports, run.order.ending)
  if (again !== undefined) await run.advance((order, nowMs) => resumed(order, again.cardToken, nowMs))

  const shortage = await reserve(run, ports)
  if (shortage !== undefined) return end(run, ports, { kind: 'refuse', refusal: shortage })
  const isFirst = !mayHaveBeenCharged(run.order)
  await run.advance(reserved)

  const charge = await run.step('taking the payment', (attempt) =>
    ports.payments.charge(run.order, { isFirst: isFirst && attempt === 1 }),
  )
  if (charge.kind === 'declined') return end(run, ports, { kind: 'refuse', refusal: declined(charge.code) })

  const late = await sell(run, ports)
  if (late !== undefined) return end(run, ports, { kind: 'refuse', refusal: late })
  const bought = wasMadeOpen(run.order) ? [] : cartLinesOf(run.order)
  await run.advance((order, nowMs) => paid(order, charge.label, nowMs), { done: true, bought })
}

/**
 * Ends an order in whatever state it was left: gives back what was charged, held or sold.
 *
 * An ending that was decided before stands, because part of it may have happened: how often a refund is asked for, and
 * with whatever reason, the first one is carried out. Only a refusal gives way to the customer's own cancellation, which
 * undoes at least as much.
 */
export async function end(run: OrderRun, ports: CheckoutPorts, how: Ending): Promise<void> {
  const before = run.order.ending
  const isOpen = before === undefined || (before.kind === 'refuse' && how.kind === 'cancel')
  if (isOpen) await run.advance((order, nowMs) => ending(order, how, nowMs))
  await carryOut(run, ports, isOpen ? how : before)
}

async function carryOut(run: OrderRun, ports: CheckoutPorts, decided: Ending): Promise<void> {
  if (decided.kind === 'cancel') return cancel(run, ports)
  if (decided.kind === 'refuse') return refuse(run, ports, decided.refusal)
  return refund(run, ports, decided)
}

async function cancel(run: OrderRun, { stock, payments }: CheckoutPorts): Promise<void> {
  const { id } = run.order
  await run.step('giving the money back', () => payments.refund(id, 'cancelled by the customer'))
  const state = await run.step('giving the stock back', () => stock.release(id))
  if (state === 'COMMITTED') await run.step('giving the stock back', () => stock.giveBack(id))
  await run.advance(cancelled, { done: true })
}

async function refund(
  run: OrderRun,
  { stock, payments }: CheckoutPorts,
  { reason, restock }: Extract<Ending, { kind: 'refund' }>,
): Promise<void> {
  const { id } = run.order
  await run.step('giving the money back', () => payments.refund(id, 'refunded by the shop'))
  if (restock) await returnToShelf(run, stock)
  await run.advance((order, nowMs) => refunded(order, reason, nowMs), { done: true })
}

/** Puts sold pieces back on the shelf. What was sold so long ago that the sale is forgotten is left to be added by hand. */
async function returnToShelf(run: OrderRun, stock: Stock): Promise<void> {
  try {
    await run.step('putting the pieces back on the shelf', () => stock.giveBack(run.order.id))
  } catch (error) {
    if (!hasCode(error, 'SHOP_RESERVATION_GONE')) throw error
  }
}

async function refuse(run: OrderRun, { stock, payments }: CheckoutPorts, refusal: Refusal): Promise<void> {
  const { order } = run
  if (mayHaveBeenCharged(order)) {
    // A declined order too, although nothing was charged: a charge of an earlier card may still be on its way, and must
    // find the order barred.
    await run.step('giving the money back', () => payments.refund(order.id, refusal.code))
    await run.step('giving the stock back', () => stock.release(order.id))
  }
  // Whoever paid with the wrong card must not have to look for everything anew.
  const putBack = wasMadeOpen(order) ? { putBack: { lines: cartLinesOf(order), maxLines: maxCartLines } } : {}
  await run.advance((last, nowMs) => refused(last, refusal, nowMs), { done: true, ...putBack })
}

/** Holds the stock. The refusal when there is not enough. */
async function reserve(run: OrderRun, { stock }: CheckoutPorts): Promise<Refusal | undefined> {
  try {
    const state = await run.step('holding the items', () => stock.reserve(run.order))
    if (state !== 'HELD' && state !== 'COMMITTED') throw new Error(`the reservation is ${state}, which cannot be`)
    return undefined
  } catch (error) {
    if (hasCode(error, 'SHOP_OUT_OF_STOCK')) return { code: outOfStock, message: sentence(error.message) }
    if (hasCode(error, 'SHOP_PRODUCT_RETIRED')) return { code: 'PRODUCT_RETIRED', message: sentence(error.message) }
    if (hasCode(error, 'SHOP_PRODUCT_NOT_FOUND')) {
      return { code: outOfStock, message: 'Something in this order is not sold any more.' }
    }
    throw error
  }
}

/** Sells the held stock; holds it anew if it slipped away meanwhile. The refusal when somebody else got it. */
async function sell(run: OrderRun, ports: CheckoutPorts): Promise<Refusal | undefined> {
  const commit = (): Promise<unknown> => run.step('selling the items', () => ports.stock.commit(run.order.id))
  try {
    await commit()
  } catch (error) {
    if (!hasCode(error, 'SHOP_RESERVATION_GONE')) throw error
    const shortage = await reserve(run, ports)
    if (shortage !== undefined) return shortage
    await commit()
  }
  return undefined
}

function cartLinesOf(order: Order): CartLine[] {
  return order.lines.map(({ productId, quantity }) => ({ productId, quantity }))
}

const outOfStock = 'OUT_OF_STOCK'

const declines: Readonly<Record<string, string>> = {
  INSUFFICIENT_FUNDS: 'The card does not have enough funds. Nothing was charged; please use another card.',
  CARD_EXPIRED: 'The card has expired. Nothing was charged; please use another card.',
}

function declined(code: string): Refusal {
  const message = declines[code] ?? 'The bank declined the card. Nothing was charged; please use another card.'
  return { code, message }
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\.$/, '')}. You are not charged.`
}
