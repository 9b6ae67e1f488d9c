import type { Client } from '@ashlar/rpc'
import { OrderStatus, type FulfilmentService, type Order } from '../contracts/gen/shop/order/v1/order_pb.ts'
import type { MerchantService, Product, ProductService } from '../contracts/gen/shop/product/v1/product_pb.ts'
import type { Asker } from './asker.ts'
import type { Chance } from './chance.ts'

export interface MerchantOptions {
  readonly userId: string
  readonly asker: Asker
  readonly chance: Chance
  readonly fulfilment: Client<typeof FulfilmentService>
  readonly catalogue: Client<typeof MerchantService>
  readonly products: Client<typeof ProductService>
  readonly productIds: readonly string[]
}

interface Delivery {
  readonly productId: string
  readonly idempotencyKey: string
  readonly delta: number
}

const quickMs = 5_000

/** Somebody of the shop's staff, who ships, refunds, reprices and fills the shelves while customers buy. */
export class Merchant {
  readonly #options: MerchantOptions
  /** By product, how many pieces were added and taken out, by the answers. */
  readonly adjusted = new Map<string, number>()
  readonly #unanswered: Delivery[] = []
  #deliveries = 0

  constructor(options: MerchantOptions) {
    this.#options = options
  }

  /** Runs the shop until `isOver`. */
  async work(isOver: () => boolean): Promise<void> {
    const { asker, chance } = this.#options
    const duties = [
      () => this.#ship(),
      () => this.#ship(),
      () => this.#deliver(),
      () => this.#refund(),
      () => this.#reprice(),
      () => this.#retireOrRestore(),
      () => this.#adjust(),
    ]
    while (!isOver()) {
      await chance.pick(duties)()
      await asker.pause(300, 3_000)
    }
  }

  /** Brings to its end what was not answered, and keeps everything on the shelves until `isOver`. */
  async settle(isOver: () => boolean): Promise<void> {
    const { asker, productIds } = this.#options
    while (this.#unanswered.length > 0) {
      await this.#adjustAgain()
      await asker.pause(100, 500)
    }
    while (!(await this.#refundInterrupted())) await asker.pause(500, 1_500)
    // Again and again: a late request of before may still take one off.
    while (!isOver()) {
      for (const productId of productIds) await this.#restore(productId)
      await asker.pause(1_000, 2_000)
    }
  }

  async #ship(): Promise<void> {
    const { asker, fulfilment, userId: merchantId, chance } = this.#options
    const orderId = await this.#anyOrder([OrderStatus.PAID])
    if (orderId === undefined) return
    const request = { merchantId, orderId, carrier: 'Snail', trackingNumber: `SN-${chance.integer(1_000, 1_003)}` }
    await asker.ask('ships', { orderId }, quickMs, () => fulfilment.shipOrder(request))
  }

  async #deliver(): Promise<void> {
    const { asker, fulfilment, userId: merchantId } = this.#options
    const orderId = await this.#anyOrder([OrderStatus.SHIPPED])
    if (orderId === undefined) return
    await asker.ask('delivers', { orderId }, quickMs, () => fulfilment.deliverOrder({ merchantId, orderId }))
  }

  async #refund(): Promise<void> {
    const orderId = await this.#anyOrder([OrderStatus.SHIPPED, OrderStatus.DELIVERED])
    if (orderId !== undefined && this.#options.chance.happens(0.4)) await this.#refundOrder(orderId)
  }

  async #refundOrder(orderId: string): Promise<boolean> {
    const { asker, fulfilment, userId: merchantId, chance } = this.#options
    const request = { merchantId, orderId, reason: 'broken on the way', restock: chance.happens(0.5) }
    const { value } = await asker.ask('refunds', request, 20_000, () => fulfilment.refundOrder(request))
    return value?.order?.status === OrderStatus.REFUNDED
  }

  /** @returns whether there is nothing left to be refunded to the end. */
  async #refundInterrupted(): Promise<boolean> {
    const { SHIPPED, DELIVERED, INTERRUPTED } = OrderStatus
    const orders = await this.#orders([SHIPPED, DELIVERED, INTERRUPTED], 50)
    const begun = orders?.filter(({ refundReason }) => refundReason !== '')
    for (const { id } of begun ?? []) await this.#refundOrder(id)
    return begun?.length === 0
  }

  async #reprice(): Promise<void> {
    const { asker, catalogue, userId: merchantId, chance } = this.#options
    const product = await this.#product(chance.pick(this.#options.productIds))
    if (product === undefined) return
    const price = { amountMinor: BigInt(chance.integer(100, 20_000)), currency: 'EUR' }
    const request = { merchantId, productId: product.id, expectedVersion: product.version, price }
    const facts = { productId: product.id, price }
    await asker.ask('reprices', facts, quickMs, () => catalogue.repriceProduct(request))
  }

  async #retireOrRestore(): Promise<void> {
    const { asker, catalogue, userId: merchantId, chance, productIds } = this.#options
    const product = await this.#product(chance.pick(productIds))
    if (product === undefined) return
    if (product.retired) return this.#restore(product.id)
    const request = { merchantId, productId: product.id, expectedVersion: product.version }
    await asker.ask('retires', { productId: product.id }, quickMs, () => catalogue.retireProduct(request))
  }

  async #restore(productId: string): Promise<void> {
    const { asker, catalogue, userId: merchantId } = this.#options
    const product = await this.#product(productId)
    if (product?.retired !== true) return
    const request = { merchantId, productId, expectedVersion: product.version }
    await asker.ask('restores', { productId }, quickMs, () => catalogue.restoreProduct(request))
  }

  async #adjust(): Promise<void> {
    const { chance, productIds } = this.#options
    const delta = chance.integer(-4, 12) || 1
    const idempotencyKey = `delivery-${++this.#deliveries}`
    this.#unanswered.push({ productId: chance.pick(productIds), idempotencyKey, delta })
    await this.#adjustAgain()
  }

  /** Repeats the oldest adjustment that was not answered, under its key. */
  async #adjustAgain(): Promise<void> {
    const { asker, catalogue, userId: merchantId } = this.#options
    const delivery = this.#unanswered.shift()
    if (delivery === undefined) return
    const request = { merchantId, ...delivery }
    const { value, code } = await asker.ask('adjusts', delivery, quickMs, () => catalogue.adjustStock(request))
    const { productId, delta } = delivery
    if (value !== undefined) this.adjusted.set(productId, (this.adjusted.get(productId) ?? 0) + delta)
    else if (code !== 'SHOP_OUT_OF_STOCK') this.#unanswered.push(delivery)
  }

  async #product(productId: string): Promise<Product | undefined> {
    const { asker, products } = this.#options
    const { value } = await asker.ask('looks at', { productId }, quickMs, () => products.getProduct({ productId }))
    return value?.product
  }

  async #anyOrder(statuses: OrderStatus[]): Promise<string | undefined> {
    const orders = await this.#orders(statuses, 5)
    return orders === undefined || orders.length === 0 ? undefined : this.#options.chance.pick(orders).id
  }

  async #orders(statuses: OrderStatus[], pageSize: number): Promise<readonly Order[] | undefined> {
    const { asker, fulfilment } = this.#options
    const { value } = await asker.ask('lists', { statuses }, quickMs, () =>
      fulfilment.listOrders({ statuses, pageSize }),
    )
    return value?.orders
  }
}
