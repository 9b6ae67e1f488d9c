import { hasCode } from '@ashlar/kernel'
import { mayHaveBeenCharged, type Refusal } from './order.ts'
import type { OrderRun } from './order-run.ts'
import type { PaymentTaker, Stock } from './ports.ts'
import { cancelled, ending, paid, refused, reserved, resumed } from './transitions.ts'

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
  const { ending: decided } = run.order
  if (decided?.kind === 'cancel') return undo(run, ports)
  if (decided?.kind === 'refuse') return refuse(run, ports, decided.refusal)
  if (again !== undefined) await run.advance((order, nowMs) => resumed(order, again.cardToken, nowMs))

  const shortage = await reserve(run, ports)
  if (shortage !== undefined) return refuse(run, ports, shortage)
  await run.advance(reserved)

  const charge = await run.step('taking the payment', () => ports.payments.charge(run.order))
  if (charge.kind === 'declined') return refuse(run, ports, declined(charge.code))

  const late = await sell(run, ports)
  if (late !== undefined) return refuse(run, ports, late)
  const bought = run.order.lines.map(({ productId, quantity }) => ({ productId, quantity }))
  await run.advance((order, nowMs) => paid(order, charge.label, nowMs), { done: true, bought })
}

/** Cancels an order in whatever state it was left: gives back what was charged, held or sold. */
export async function cancel(run: OrderRun, ports: CheckoutPorts, reason: string): Promise<void> {
  await run.advance((order, nowMs) => ending(order, { kind: 'cancel', reason }, nowMs))
  await undo(run, ports)
}

async function undo(run: OrderRun, { stock, payments }: CheckoutPorts): Promise<void> {
  const { id } = run.order
  await run.step('giving the money back', () => payments.refund(id, 'cancelled by the customer'))
  const state = await run.step('giving the stock back', () => stock.release(id))
  if (state === 'COMMITTED') await run.step('giving the stock back', () => stock.giveBack(id))
  await run.advance(cancelled, { done: true })
}

async function refuse(run: OrderRun, { stock, payments }: CheckoutPorts, refusal: Refusal): Promise<void> {
  const { id } = run.order
  if (run.order.ending === undefined) {
    await run.advance((order, nowMs) => ending(order, { kind: 'refuse', refusal }, nowMs))
  }
  if (mayHaveBeenCharged(run.order)) {
    // A declined order too, although nothing was charged: a charge of an earlier card may still be on its way, and must
    // find the order barred.
    await run.step('giving the money back', () => payments.refund(id, refusal.code))
    await run.step('giving the stock back', () => stock.release(id))
  }
  await run.advance((order, nowMs) => refused(order, refusal, nowMs), { done: true })
}

/** Holds the stock. The refusal when there is not enough. */
async function reserve(run: OrderRun, { stock }: CheckoutPorts): Promise<Refusal | undefined> {
  try {
    const state = await run.step('holding the items', () => stock.reserve(run.order))
    if (state !== 'HELD' && state !== 'COMMITTED') throw new Error(`the reservation is ${state}, which cannot be`)
    return undefined
  } catch (error) {
    if (hasCode(error, 'SHOP_OUT_OF_STOCK')) return { code: outOfStock, message: sentence(error.message) }
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
