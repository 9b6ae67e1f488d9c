import type { Cursor } from '../shared/page-token.ts'
import { refusal, type ShopError, type ShopErrorCode } from '../shared/shop-errors.ts'
import { end } from './checkout.ts'
import type { DeskOptions } from './desk.ts'
import { pageOf, type OrderPage } from './listing.ts'
import { orderStatuses, type Order, type OrderStatus } from './order.ts'
import { delivered, shipped } from './transitions.ts'
import { whenLeftAlone } from './waiting.ts'

export interface ShipCommand {
  readonly merchantId: string
  readonly orderId: string
  readonly carrier: string
  readonly trackingNumber: string
}

export interface RefundCommand {
  readonly merchantId: string
  readonly orderId: string
  /** In plain words, for the customer. */
  readonly reason: string
  /** Whether the pieces are back and can be sold again. */
  readonly restock: boolean
}

/** What merchants do with the orders of all customers, once they are paid. */
export class Fulfilment {
  readonly #options: Pick<DeskOptions, 'repository' | 'ports' | 'runner' | 'clock' | 'log'>

  constructor(options: Pick<DeskOptions, 'repository' | 'ports' | 'runner' | 'clock' | 'log'>) {
    this.#options = options
  }

  /** A page of all orders in one of `statuses`, or in any where there are none; those that waited longest first. */
  async list(statuses: readonly OrderStatus[], page: { size: number; after: Cursor | undefined }): Promise<OrderPage> {
    const wanted = statuses.length === 0 ? orderStatuses : [...new Set(statuses)]
    const found = await this.#options.repository.listByStatus(wanted, { limit: page.size + 1, after: page.after })
    return pageOf(found, page.size)
  }

  /** @throws SHOP_ORDER_NOT_FOUND */
  async get(orderId: string): Promise<Order> {
    const stored = await this.#options.repository.find(orderId)
    if (stored !== undefined) return stored.order
    throw refusal('SHOP_ORDER_NOT_FOUND', 'there is no such order')
  }

  /**
   * Notes that a paid order has left. Idempotent with the same tracking number, however far the parcel has come.
   *
   * Of a shipment and a cancellation that come at once one wins: the cancellation takes a lease on a paid order, and
   * this changes only a paid one that nobody has a lease on.
   * @throws SHOP_ORDER_NOT_FOUND, SHOP_ORDER_NOT_SHIPPABLE
   */
  async ship({ merchantId, orderId, carrier, trackingNumber }: ShipCommand): Promise<Order> {
    const no = (message: string): ShopError => refusal('SHOP_ORDER_NOT_SHIPPABLE', message)
    return this.#change(orderId, 'SHOP_ORDER_NOT_SHIPPABLE', merchantId, (order, nowMs) => {
      if (order.shipment?.trackingNumber === trackingNumber) return order
      if (order.shipment !== undefined) throw no('the order was shipped already, with another tracking number')
      if (order.status !== 'PAID') throw no(`the order is ${order.status.toLowerCase()}; only paid orders are shipped`)
      return shipped(order, { carrier, trackingNumber }, nowMs)
    })
  }

  /**
   * Notes that a shipped order has arrived. Idempotent.
   * @throws SHOP_ORDER_NOT_FOUND, SHOP_ORDER_NOT_SHIPPED
   */
  async deliver({ merchantId, orderId }: { merchantId: string; orderId: string }): Promise<Order> {
    return this.#change(orderId, 'SHOP_ORDER_NOT_SHIPPED', merchantId, (order, nowMs) => {
      if (order.shipment?.deliveredAtMs !== undefined) return order
      if (order.status === 'SHIPPED') return delivered(order, nowMs)
      throw refusal('SHOP_ORDER_NOT_SHIPPED', `the order is ${order.status.toLowerCase()}, not on its way`)
    })
  }

  /**
   * Gives the money for a shipped or delivered order back, and its pieces to the shelf where they are back. Resolves like
   * `Orders.place`: a refund that could not be carried out to the end leaves the order interrupted, and asking again goes
   * on from there, with the reason and the decision about the stock that were given first.
   * @throws SHOP_ORDER_NOT_FOUND, SHOP_ORDER_NOT_REFUNDABLE
   */
  async refund({ merchantId, orderId, reason, restock }: RefundCommand): Promise<Order> {
    const { repository, runner, ports, clock, log } = this.#options
    const order = await this.get(orderId)
    if (order.status === 'REFUNDED') return order
    const isShipped = order.status === 'SHIPPED' || order.status === 'DELIVERED'
    if (!isShipped && order.ending?.kind !== 'refund') {
      const message = `the order is ${order.status.toLowerCase()}; only shipped orders are refunded`
      throw refusal('SHOP_ORDER_NOT_REFUNDABLE', message)
    }
    const refundable = ['SHIPPED', 'DELIVERED', 'INTERRUPTED'] as const
    const claim = await repository.claim(orderId, refundable, runner.lease(), clock.wall())
    if (claim !== undefined) {
      log.info({ orderId, merchantId, restock }, 'refund asked for')
      runner.start(claim, (run) => end(run, ports, { kind: 'refund', reason, restock }))
    } else if ((await this.get(orderId)).ending?.kind !== 'refund') throw busy('SHOP_ORDER_NOT_REFUNDABLE')
    return whenLeftAlone(orderId, this.#options)
  }

  /** Changes an order that nobody works on. `code` is for one that somebody does work on. */
  async #change(
    orderId: string,
    code: ShopErrorCode,
    merchantId: string,
    decide: (order: Order, nowMs: number) => Order,
  ): Promise<Order> {
    const { repository, clock, log } = this.#options
    let isNews = false
    const order = await repository.change(orderId, (before) => {
      const after = decide(before, clock.wall())
      isNews = after !== before
      return after
    })
    if (order === undefined) {
      await this.get(orderId)
      throw busy(code)
    }
    const { number, userId, status } = order
    if (isNews) log.info({ orderId, number, userId, merchantId }, `order ${status.toLowerCase()}`)
    return order
  }
}

function busy(code: ShopErrorCode): ShopError {
  return refusal(code, 'the order is being worked on; try again in a moment', { retryAfterMs: 1_000 })
}
