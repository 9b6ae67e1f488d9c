import type { Address } from '../shared/address.ts'
import type { Money } from '../shared/money.ts'
import { refusal, type ShopError } from '../shared/shop-errors.ts'
import { invalid } from '../shared/validate.ts'
import { maxCartLines } from './cart.ts'
import { checkOut } from './checkout.ts'
import { findOwn, linesOfCart, sameAddress, takeUp, type DeskOptions } from './desk.ts'
import { isSettled, totalOf, wasMadeOpen, type Order, type OrderLine } from './order.ts'
import { orderNumber } from './order-number.ts'
import { isTotal, lineOf, priceChanged, productNotFound, productRetired, requireAffordable } from './pricing.ts'
import { checkoutBegun, created, relined } from './transitions.ts'
import { whenLeftAlone } from './waiting.ts'

export interface CreateCommand {
  readonly userId: string
  readonly idempotencyKey: string
  readonly address: Address
}

export interface SetItemCommand {
  readonly userId: string
  readonly orderId: string
  readonly productId: string
  /** 0 to 99. */
  readonly quantity: number
}

export interface PayCommand {
  readonly userId: string
  readonly orderId: string
  /** May be empty when the order was paid for before: its own card is charged then. */
  readonly cardToken: string
  /** What the customer was shown; `undefined` accepts any total. */
  readonly expectedTotal: Money | undefined
}

const maxOpenOrders = 10

/** Orders that are made first, changed for as long as they are not paid, and paid later. Nothing is held for them. */
export class OpenOrders {
  readonly #options: DeskOptions

  constructor(options: DeskOptions) {
    this.#options = options
  }

  /**
   * Makes an order of the cart, whose lines leave it, without paying. With a key that was used before, that order.
   * @throws SHOP_CART_EMPTY, SHOP_PRODUCT_RETIRED, SHOP_IDEMPOTENCY_KEY_REUSED, SHOP_TOO_MANY_OPEN_ORDERS
   */
  async create(command: CreateCommand): Promise<Order> {
    const { repository, carts, clock, random, newId, log } = this.#options
    const { userId, idempotencyKey, address } = command
    for (;;) {
      const before = await this.#made(command)
      if (before !== undefined) return before
      const lines = await linesOfCart(carts, userId)
      if (lines.length === 0) {
        // A twin of this request may just have emptied the cart.
        const twin = await this.#made(command)
        if (twin !== undefined) return twin
        throw refusal('SHOP_CART_EMPTY', 'the cart is empty')
      }
      const placement = { id: newId(), number: orderNumber(random), userId, idempotencyKey, lines, address }
      const order = created(placement, clock.wall())
      const outcome = await repository.create(order, maxOpenOrders)
      if (outcome === 'created') {
        log.info({ orderId: order.id, number: order.number, userId, ...totalOf(lines) }, 'order created')
        return order
      }
      if (outcome === 'too-many') {
        const message = `you have ${maxOpenOrders} orders that are not paid yet; pay or cancel one of them first`
        throw refusal('SHOP_TOO_MANY_OPEN_ORDERS', message)
      }
      // The key, the number or the cart: somebody was faster, so look again.
    }
  }

  /**
   * Sets how many of a product are in the order, at today's name and price; 0 takes it out.
   * @throws SHOP_ORDER_NOT_FOUND, SHOP_ORDER_NOT_OPEN, SHOP_PRODUCT_NOT_FOUND, SHOP_PRODUCT_RETIRED; InvalidInputError
   * for the last item, and for more than an order can hold.
   */
  async setItem({ userId, orderId, productId, quantity }: SetItemCommand): Promise<Order> {
    const { repository, clock } = this.#options
    const { order } = await findOwn(repository, userId, orderId)
    if (order.status !== 'CREATED') throw notOpen(order)
    const line = quantity === 0 ? undefined : await this.#line(productId, quantity)
    const changed = await repository.change(orderId, (now) => {
      if (now.status !== 'CREATED') throw notOpen(now)
      const lines = withItem(now.lines, productId, line)
      return lines === now.lines ? now : relined(now, lines, clock.wall())
    })
    if (changed === undefined) throw notOpen(order)
    return changed
  }

  /**
   * Checks the order out, or takes its interrupted checkout up. Resolves like `Orders.place`; an order that was paid
   * before is returned as it is.
   *
   * What is charged are the prices of this moment, not those of the moment at which an item was added: an open order
   * holds no stock, so it holds no price either. If it did, leaving one open for a year would be a free bet on every
   * price, won by whoever waits through a rise and lost by whoever waits through a cut. What the customer relies on is
   * the total that they were shown: where it is not right any more nothing is charged, the order takes on the prices of
   * the moment, and the refusal says the new total.
   * @throws SHOP_ORDER_NOT_FOUND, SHOP_ORDER_NOT_OPEN, SHOP_PRODUCT_RETIRED, SHOP_PRICE_CHANGED
   */
  async pay(command: PayCommand): Promise<Order> {
    const { repository } = this.#options
    const { userId, orderId, cardToken, expectedTotal } = command
    for (;;) {
      const stored = await findOwn(repository, userId, orderId)
      const { order } = stored
      if (order.status === 'CREATED') {
        if (await this.#begin(order, command)) break
        // It was changed, or somebody else began to pay it: look again.
        continue
      }
      if (order.status === 'CANCELLED' || order.status === 'REFUNDED') throw notOpen(order)
      if (isSettled(order)) return order
      if (!isTotal(order.lines, expectedTotal)) throw priceChanged(order.lines)
      await takeUp(this.#options, stored, cardToken)
      break
    }
    return whenLeftAlone(orderId, this.#options)
  }

  /** Begins the checkout at today's prices; false when the order is not what it was any more. */
  async #begin(order: Order, { cardToken, expectedTotal }: PayCommand): Promise<boolean> {
    const { repository, runner, ports, clock, log } = this.#options
    if (cardToken === '') throw invalid('cardToken', 'is required')
    const lines = await this.#today(order.lines)
    requireAffordable(lines)
    const onlyAsSeen =
      (change: (now: Order) => Order) =>
      (now: Order): Order =>
        now.version === order.version && now.status === 'CREATED' ? change(now) : now
    if (!isTotal(lines, expectedTotal)) {
      const show = onlyAsSeen((now) => relined(now, lines, clock.wall()))
      await repository.change(order.id, show)
      throw priceChanged(lines)
    }
    const begin = onlyAsSeen((now) => checkoutBegun(now, { lines, cardToken }, clock.wall()))
    const claim = await repository.begin(order.id, begin, runner.lease())
    if (claim === undefined) return false
    const { id, number, userId } = claim.order
    log.info({ orderId: id, number, userId, ...totalOf(lines) }, 'order placed')
    runner.start(claim, (run) => checkOut(run, ports))
    return true
  }

  /** The lines as they would be bought now. @throws SHOP_PRODUCT_RETIRED */
  async #today(lines: readonly OrderLine[]): Promise<readonly OrderLine[]> {
    const products = await this.#options.products.find(lines.map(({ productId }) => productId))
    const sold = new Map(products.filter(({ retired }) => !retired).map((product) => [product.id, product]))
    const retired = lines.filter(({ productId }) => !sold.has(productId)).map(({ name }) => name)
    if (retired.length > 0) throw productRetired(retired)
    return lines.map((line) => {
      const product = sold.get(line.productId)
      return product === undefined ? line : lineOf(product, line.quantity)
    })
  }

  async #line(productId: string, quantity: number): Promise<OrderLine> {
    const [product] = await this.#options.products.find([productId])
    if (product === undefined) throw productNotFound()
    if (product.retired) throw productRetired([product.name])
    return lineOf(product, quantity)
  }

  /** The order that was made under the key before. @throws SHOP_IDEMPOTENCY_KEY_REUSED when it is another one. */
  async #made({ userId, idempotencyKey, address }: CreateCommand): Promise<Order | undefined> {
    const stored = await this.#options.repository.findByKey(userId, idempotencyKey)
    if (stored === undefined || (wasMadeOpen(stored.order) && sameAddress(stored.order.address, address))) {
      return stored?.order
    }
    throw refusal('SHOP_IDEMPOTENCY_KEY_REUSED', 'this idempotency key was used for another order')
  }
}

function withItem(lines: readonly OrderLine[], productId: string, line: OrderLine | undefined): readonly OrderLine[] {
  const at = lines.findIndex((each) => each.productId === productId)
  if (line === undefined && at === -1) return lines
  if (line === undefined && lines.length === 1)
    throw invalid('quantity', 'the last item stays; cancel the order instead')
  if (line === undefined) return lines.toSpliced(at, 1)
  if (at === -1 && lines.length >= maxCartLines) {
    throw invalid('productId', `an order holds at most ${maxCartLines} different products`)
  }
  const next = at === -1 ? [...lines, line] : lines.with(at, line)
  requireAffordable(next)
  return next
}

function notOpen(order: Order): ShopError {
  const message =
    order.status === 'CREATED' ? 'the order is being paid' : `the order is ${order.status.toLowerCase()}, not open`
  return refusal('SHOP_ORDER_NOT_OPEN', message)
}
