import type { Clock, Random } from '@ashlar/kernel'
import type { Address } from '../shared/address.ts'
import type { Log } from '../shared/log.ts'
import { refusal } from '../shared/shop-errors.ts'
import type { Carts } from './cart.ts'
import { checkOut, type CheckoutPorts } from './checkout.ts'
import { unfinished, type OrderLine } from './order.ts'
import type { OrderRunner } from './order-runner.ts'
import type { Products } from './ports.ts'
import { productRetired, requireAffordable } from './pricing.ts'
import type { OrderRepository, StoredOrder } from './repository.ts'

/** What everything that is done with orders is done with. */
export interface DeskOptions {
  readonly repository: OrderRepository
  readonly products: Products
  readonly carts: Carts
  readonly ports: CheckoutPorts
  readonly runner: OrderRunner
  readonly clock: Clock
  readonly random: Random
  readonly newId: () => string
  readonly log: Log
}

/** @throws SHOP_ORDER_NOT_FOUND when there is none, or it is somebody else's: the two look alike. */
export async function findOwn(repository: OrderRepository, userId: string, orderId: string): Promise<StoredOrder> {
  const stored = await repository.find(orderId)
  if (stored?.order.userId === userId) return stored
  throw refusal('SHOP_ORDER_NOT_FOUND', 'there is no such order')
}

/**
 * What an order of the customer's cart holds; nothing when the cart is empty.
 * @throws SHOP_PRODUCT_RETIRED naming what is no longer sold.
 */
export async function linesOfCart(carts: Carts, userId: string): Promise<readonly OrderLine[]> {
  const { items } = await carts.get(userId)
  const retired = items.filter((item) => item.retired).map(({ line }) => line.name)
  if (retired.length > 0) throw productRetired(retired)
  const lines = items.map(({ line }) => line)
  if (lines.length > 0) requireAffordable(lines)
  return lines
}

/** Takes an order through its checkout again, unless somebody works on it. */
export async function takeUp(options: DeskOptions, stored: StoredOrder, cardToken: string): Promise<void> {
  const { repository, runner, ports, clock } = options
  const { order, busyUntilMs } = stored
  if (busyUntilMs !== undefined && busyUntilMs > clock.wall()) return
  const claim = await repository.claim(order.id, unfinished, runner.lease(), clock.wall())
  if (claim !== undefined) runner.start(claim, (run) => checkOut(run, ports, { cardToken }))
}

export function sameAddress(a: Address, b: Address): boolean {
  return (
    a.name === b.name &&
    a.line1 === b.line1 &&
    a.line2 === b.line2 &&
    a.postalCode === b.postalCode &&
    a.city === b.city &&
    a.country === b.country
  )
}
