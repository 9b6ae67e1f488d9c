import { isProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Address, Money, Order } from '../api/types.ts'
import { digitsOf, parseExpiry, type CardFields } from '../lib/card.ts'
import { wasOpen } from '../lib/order-steps.ts'
import { dropPurchase, keyUnderWay, purchaseKey, settlePurchase } from '../lib/purchase-key.ts'
import { forgetAll } from '../lib/use-query.ts'
import { loadCart } from './cart.ts'

/** Buys what is in the cart, for what was shown. Calling it again after a lost answer is the same purchase. */
export async function buy(customerId: string, card: CardFields, address: Address, shown: Money): Promise<Order> {
  const key = purchaseKey(sessionStorage, customerId, () => crypto.randomUUID())
  try {
    return await place(key, { cardToken: await tokenOf(card), address, expectedTotal: shown })
  } catch (error) {
    if (isProblem(error, 'SHOP_IDEMPOTENCY_KEY_REUSED')) dropPurchase(sessionStorage)
    throw error
  }
}

/** Takes up an interrupted order where it stopped. What it costs was agreed when it was placed. */
export async function resume(order: Order, card: CardFields, address: Address): Promise<Order> {
  if (wasOpen(order)) return payOpenOrder(order, card)
  return place(order.idempotencyKey, { cardToken: await tokenOf(card), address })
}

/** Makes an order of the cart that is paid later. The key is the caller's, and stands for this one order. */
export async function openOrder(key: string, address: Address): Promise<Order> {
  return bought(await shop.openOrder(key, { address }))
}

/** Pays an open order, for what was shown. */
export async function payOpenOrder(order: Order, card: CardFields): Promise<Order> {
  return bought(await shop.payOrder(order.id, { cardToken: await tokenOf(card), expectedTotal: order.total }))
}

/**
 * The order of a purchase whose answer was lost, if it reached the shop. It is looked up before anything is bought
 * again: the cart may be empty because the purchase went through.
 */
export async function lostOrder(customerId: string, signal: AbortSignal): Promise<Order | undefined> {
  const key = keyUnderWay(sessionStorage, customerId)
  if (key === undefined) return undefined
  const { orders } = await shop.orders({ size: 10 }, signal)
  return orders.find((order) => order.idempotencyKey === key)
}

/** Called with every order that is seen: once it is settled, the key is forgotten and the cart is looked at anew. */
export function orderSeen(order: Order): void {
  settlePurchase(sessionStorage, order)
}

async function place(key: string, body: Parameters<typeof shop.placeOrder>[1]): Promise<Order> {
  return bought(await shop.placeOrder(key, body))
}

/** Hands the card to the bank: it is never kept. */
async function tokenOf(card: CardFields): Promise<string> {
  const expiry = parseExpiry(card.expiry)
  const { cardToken } = await shop.card({
    number: digitsOf(card.number),
    expiryMonth: expiry?.month ?? 0,
    expiryYear: expiry?.year ?? 0,
    securityCode: card.securityCode,
  })
  return cardToken
}

function bought(order: Order): Order {
  orderSeen(order)
  // Stock has changed, and an order has emptied the cart.
  forgetAll()
  void loadCart()
  return order
}
