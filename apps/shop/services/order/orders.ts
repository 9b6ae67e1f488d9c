import type { Address } from '../shared/address.ts'
import type { Money } from '../shared/money.ts'
import type { Cursor } from '../shared/page-token.ts'
import { refusal, type ShopError } from '../shared/shop-errors.ts'
import { invalid } from '../shared/validate.ts'
import { checkOut, end } from './checkout.ts'
import { findOwn, linesOfCart, sameAddress, takeUp, type DeskOptions } from './desk.ts'
import { pageOf, type OrderPage } from './listing.ts'
import { isSettled, totalOf, type Order } from './order.ts'
import { orderNumber } from './order-number.ts'
import { isTotal, priceChanged } from './pricing.ts'
import type { StoredOrder } from './repository.ts'
import { placed, withdrawn } from './transitions.ts'
import { whenLeftAlone } from './waiting.ts'

export interface PlaceCommand {
  readonly userId: string
  readonly idempotencyKey: string
  /** May be empty when the order exists already: its own card is charged then. */
  readonly cardToken: string
  readonly address: Address
  /** What the customer was shown; `undefined` accepts any total. */
  readonly expectedTotal?: Money | undefined
}

/** Customers' orders: placing, looking at and cancelling them. */
export class Orders {
  readonly #options: DeskOptions

  constructor(options: DeskOptions) {
    this.#options = options
  }

  /**
   * Makes an order of the cart and checks it out; with a key that was used before, takes up that order instead.
   *
   * The checkout goes on by itself. Resolves when it has ended, or shortly before the caller's deadline, with the order
   * as it then is.
   * @throws SHOP_CART_EMPTY, SHOP_PRODUCT_RETIRED, SHOP_PRICE_CHANGED, SHOP_IDEMPOTENCY_KEY_REUSED
   */
  async place(command: PlaceCommand): Promise<Order> {
    const { repository } = this.#options
    const stored = (await repository.findByKey(command.userId, command.idempotencyKey)) ?? (await this.#make(command))
    requireSame(stored.order, command)
    if (!isSettled(stored.order)) await takeUp(this.#options, stored, command.cardToken)
    return whenLeftAlone(stored.order.id, this.#options)
  }

  /** @throws SHOP_ORDER_NOT_FOUND when there is none, or it is somebody else's: the two look alike. */
  async get(userId: string, orderId: string): Promise<Order> {
    return (await findOwn(this.#options.repository, userId, orderId)).order
  }

  /** A page of the customer's orders, newest first. */
  async list(userId: string, page: { size: number; after: Cursor | undefined }): Promise<OrderPage> {
    const found = await this.#options.repository.list(userId, { limit: page.size + 1, after: page.after })
    return pageOf(found, page.size)
  }

  /**
   * Refunds a paid or interrupted order, puts its stock back, and ends it; one that was not paid yet just ends. Resolves
   * like {@link place}: an order that could not be cancelled to the end comes back interrupted, or still paid, and may be
   * cancelled again.
   * @throws SHOP_ORDER_NOT_FOUND; SHOP_ORDER_NOT_CANCELLABLE when it was refused or shipped, or is being worked on.
   */
  async cancel(userId: string, orderId: string, reason: string): Promise<Order> {
    const { repository, runner, ports, clock } = this.#options
    const { order } = await findOwn(repository, userId, orderId)
    if (order.status === 'CANCELLED') return order
    if (order.status === 'CREATED') return this.#withdraw(orderId, reason)
    requireCancellable(order)
    const cancellable = ['PAID', 'INTERRUPTED', 'PENDING', 'RESERVED'] as const
    const claim = await repository.claim(orderId, cancellable, runner.lease(), clock.wall())
    if (claim !== undefined) runner.start(claim, (run) => end(run, ports, { kind: 'cancel', reason }))
    else if ((await this.get(userId, orderId)).ending?.kind !== 'cancel') throw busy()
    return whenLeftAlone(orderId, this.#options)
  }

  async #withdraw(orderId: string, reason: string): Promise<Order> {
    const { repository, clock } = this.#options
    const now = await repository.change(orderId, (order) =>
      order.status === 'CREATED' ? withdrawn(order, reason, clock.wall()) : order,
    )
    // The customer's payment was a moment faster.
    if (now?.status !== 'CANCELLED') throw busy()
    return now
  }

  /** Makes the order and starts its checkout; finds the one that somebody else made under the key at the same time. */
  async #make(command: PlaceCommand): Promise<StoredOrder> {
    const { repository, carts, runner, ports, clock, random, newId } = this.#options
    const { userId, idempotencyKey, cardToken, address } = command
    if (cardToken === '') throw invalid('cardToken', 'is required')
    const lines = await linesOfCart(carts, userId)
    const twin = lines.length === 0 ? await repository.findByKey(userId, idempotencyKey) : undefined
    if (twin !== undefined) return twin
    if (lines.length === 0) throw refusal('SHOP_CART_EMPTY', 'the cart is empty')
    if (!isTotal(lines, command.expectedTotal)) throw priceChanged(lines)
    for (;;) {
      const placement = { id: newId(), number: orderNumber(random), userId, idempotencyKey, lines, address, cardToken }
      const claim = await repository.insert(placed(placement, clock.wall()), runner.lease())
      if (claim === 'number-taken') continue
      if (claim === 'key-taken') return (await repository.findByKey(userId, idempotencyKey)) as StoredOrder
      this.#options.log.info(
        { orderId: claim.order.id, number: claim.order.number, userId, ...totalOf(lines) },
        'order placed',
      )
      runner.start(claim, (run) => checkOut(run, ports))
      return { order: claim.order, busyUntilMs: claim.lease.untilMs }
    }
  }
}

/** @throws SHOP_IDEMPOTENCY_KEY_REUSED when the order under the key is not what is asked for now. */
function requireSame(order: Order, { address, expectedTotal }: PlaceCommand): void {
  const reused = (what: string): ShopError =>
    refusal('SHOP_IDEMPOTENCY_KEY_REUSED', `this idempotency key was used for an order ${what}`)
  if (!sameAddress(order.address, address)) throw reused('to another address')
  if (order.status === 'CREATED') throw reused('that is not paid yet; pay that one')
  if (!isTotal(order.lines, expectedTotal)) throw reused('of another total')
}

function requireCancellable(order: Order): void {
  const no = (message: string): ShopError => refusal('SHOP_ORDER_NOT_CANCELLABLE', message)
  if (order.status === 'REFUSED') throw no('the order was refused; nothing was charged and nothing is held')
  if (order.status === 'REFUNDED' || order.ending?.kind === 'refund') throw no('the order is refunded already')
  if (order.shipment !== undefined) throw no('the order is on its way and cannot be cancelled any more')
}

function busy(): ShopError {
  const message = 'the order is being worked on; try again in a moment'
  return refusal('SHOP_ORDER_NOT_CANCELLABLE', message, { retryAfterMs: 1_000 })
}
