import { isProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Address, Order } from '../api/types.ts'
import { digitsOf, parseExpiry, type CardFields } from '../lib/card.ts'
import { dropPurchase, keyUnderWay, purchaseKey, settlePurchase } from '../lib/purchase-key.ts'
import { forgetAll } from '../lib/use-query.ts'
import { loadCart } from './cart.ts'

/** Buys what is in the cart. Calling it again after a lost answer is the same purchase, not a second one. */
export async function buy(customerId: string, card: CardFields, address: Address): Promise<Order> {
  const key = purchaseKey(sessionStorage, customerId, () => crypto.randomUUID())
  try {
    return await pay(key, card, address)
  } catch (error) {
    if (isProblem(error, 'SHOP_IDEMPOTENCY_KEY_REUSED')) dropPurchase(sessionStorage)
    throw error
  }
}

/** Takes up an interrupted order where it stopped. */
export function resume(order: Order, card: CardFields, address: Address): Promise<Order> {
  return pay(order.idempotencyKey, card, address)
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

async function pay(key: string, card: CardFields, address: Address): Promise<Order> {
  const expiry = parseExpiry(card.expiry)
  const { cardToken } = await shop.card({
    number: digitsOf(card.number),
    expiryMonth: expiry?.month ?? 0,
    expiryYear: expiry?.year ?? 0,
    securityCode: card.securityCode,
  })
  const order = await shop.placeOrder(key, { cardToken, address })
  orderSeen(order)
  // Stock has changed, and a paid order has emptied the cart.
  forgetAll()
  void loadCart()
  return order
}
