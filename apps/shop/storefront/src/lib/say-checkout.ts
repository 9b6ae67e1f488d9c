import { isProblem, issueFor, sayProblem } from '../api/problem.ts'
import type { AddressMistakes } from './address.ts'
import type { CardMistakes } from './card.ts'

/** What the server found wrong with the address, by field. */
export function serverAddressMistakes(error: unknown): AddressMistakes {
  const told: AddressMistakes = {}
  for (const name of ['name', 'line1', 'line2', 'postalCode', 'city', 'country'] as const) {
    const message = issueFor(error, name)
    if (message !== undefined) told[name] = message
  }
  return told
}

/** What the server found wrong with the card, by field of the form, which has one for the two parts of the expiry. */
export function serverCardMistakes(error: unknown): CardMistakes {
  const told: CardMistakes = {}
  const set = (field: keyof CardMistakes, message: string | undefined): void => {
    if (message !== undefined) told[field] = message
  }
  set('number', issueFor(error, 'number'))
  set('expiry', issueFor(error, 'expiryMonth') ?? issueFor(error, 'expiryYear'))
  set('securityCode', issueFor(error, 'securityCode'))
  return told
}

/** What to tell a customer whose purchase did not go through, above all whether anything was charged. */
export function sayCheckoutProblem(error: unknown): string {
  if (!isProblem(error)) return sayProblem(error)
  if (error.issues.length > 0) return 'Please correct what is marked in the form.'
  switch (error.code) {
    case 'SHOP_CART_EMPTY':
      return 'Your cart is empty, so there is nothing to order.'
    case 'SHOP_IDEMPOTENCY_KEY_REUSED':
      return 'Your cart has changed since the last try. Please look at it once more and press Place order again.'
    case 'SHOP_PRODUCT_RETIRED':
      return `${error.message}. Take it out to go on.`
    case 'SHOP_ORDER_NOT_OPEN':
      return 'This order is not open any more. Load the page again to see what has become of it.'
    case 'SHOP_PRICE_CHANGED':
      return 'A price has changed meanwhile. Load the page again to see it; nothing was charged.'
    case 'SHOP_BANK_UNAVAILABLE':
      return 'The bank does not answer. You have not been charged. Please try again in a moment.'
    default:
      return error.status === 0 || error.status >= 500
        ? 'We did not hear back. Press the button again: it is the same order, and you cannot be charged twice.'
        : sayProblem(error)
  }
}

/** What to tell a customer who changes an order that is not paid yet. */
export function sayOpenOrderProblem(error: unknown): string {
  if (isProblem(error, 'SHOP_ORDER_NOT_OPEN')) return 'This order is not open any more, so nothing was changed.'
  if (isProblem(error, 'SHOP_PRODUCT_RETIRED')) return 'This is no longer sold.'
  return sayProblem(error)
}
