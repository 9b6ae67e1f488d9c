import { formatMoney, type Money } from '../shared/money.ts'
import { refusal, type ShopError } from '../shared/shop-errors.ts'
import { invalid } from '../shared/validate.ts'
import { totalOf, type OrderLine } from './order.ts'
import type { ProductInfo } from './ports.ts'

// What payment takes at the most for one order: a million euros.
const maxTotalMinor = 100_000_000

/** A line of an order as it would be bought now. */
export function lineOf(product: ProductInfo, quantity: number): OrderLine {
  const { id, name, price, categorySlug, colour, imageHash } = product
  return { productId: id, name, quantity, unitPrice: price, categorySlug, colour, imageHash }
}

/** @throws {InvalidInputError} when the lines are worth more than payment takes for one order. */
export function requireAffordable(lines: readonly OrderLine[]): void {
  if (totalOf(lines).amountMinor <= maxTotalMinor) return
  throw invalid('', 'this is worth more than one order can be; split it into several orders')
}

/** Whether the lines cost what the customer was shown. `undefined` accepts any total. */
export function isTotal(lines: readonly OrderLine[], expected: Money | undefined): boolean {
  const total = totalOf(lines)
  return expected === undefined || (expected.amountMinor === total.amountMinor && expected.currency === total.currency)
}

export function priceChanged(lines: readonly OrderLine[]): ShopError {
  return refusal('SHOP_PRICE_CHANGED', `the total is ${formatMoney(totalOf(lines))} now`)
}

export function productNotFound(): ShopError {
  return refusal('SHOP_PRODUCT_NOT_FOUND', 'this product is not sold here')
}

export function productRetired(names: readonly string[]): ShopError {
  return refusal('SHOP_PRODUCT_RETIRED', `no longer sold: ${names.map((name) => `"${name}"`).join(', ')}`)
}
