import type { Client } from '@ashlar/rpc'
import type { Order, OrderService } from '../contracts/gen/shop/order/v1/order_pb.ts'
import type { PaymentService } from '../contracts/gen/shop/payment/v1/payment_pb.ts'
import type { Answer, Asker } from './asker.ts'
import type { RunHistory } from './history.ts'
import { statusName, type Purchase, type Sightings } from './sightings.ts'

export interface CustomerRequestsOptions {
  readonly name: string
  readonly userId: string
  readonly asker: Asker
  readonly orders: Client<typeof OrderService>
  readonly payments: Client<typeof PaymentService>
  readonly history: RunHistory
  readonly sightings: Sightings
}

export interface Payment {
  /** Empty for the card that the order has already. */
  readonly cardToken: string
  /** What the customer agrees to pay, in minor units; `undefined` for whatever it is. */
  readonly expectedMinor: number | undefined
  readonly timeoutMs: number
}

const address = { name: 'Ada', line1: 'Main St 1', line2: '', postalCode: '10115', city: 'Berlin', country: 'DE' }
const quickMs = 5_000
const patientMs = 20_000

/** What customers can ask for. Every order that an answer shows is noted. */
export class CustomerRequests {
  readonly #options: CustomerRequestsOptions

  constructor(options: CustomerRequestsOptions) {
    this.#options = options
  }

  /** @returns what the cart costs now, in minor units, if that was told. */
  async putIntoCart(productId: string, quantity: number): Promise<number | undefined> {
    const { asker, orders, userId } = this.#options
    const request = { userId, productId, quantity }
    const { value } = await asker.ask('puts', { productId, quantity }, quickMs, () => orders.setCartItem(request))
    return value && Number(value.cart?.total?.amountMinor)
  }

  async costOfCart(): Promise<number | undefined> {
    const { asker, orders, userId } = this.#options
    const { value } = await asker.ask('looks into the cart', {}, quickMs, () => orders.getCart({ userId }))
    return value && Number(value.cart?.total?.amountMinor)
  }

  /** @returns the token that stands for the card. */
  async handOverCard(number: string): Promise<string | undefined> {
    const { asker, payments } = this.#options
    const request = { number, expiryMonth: 12, expiryYear: 2030, securityCode: '1234' }
    const { value } = await asker.ask('hands over', { number }, quickMs, () => payments.createCardToken(request))
    return value?.cardToken
  }

  place(purchase: Purchase, payment: Payment): Promise<Answer<Order>> {
    const { orders, userId } = this.#options
    const { cardToken, timeoutMs } = payment
    const request = { userId, idempotencyKey: purchase.key, cardToken, address, ...expected(payment) }
    const facts = { key: purchase.key, ...payment }
    return this.#askFor(purchase, 'places', facts, timeoutMs, () => orders.placeOrder(request))
  }

  create(purchase: Purchase): Promise<Answer<Order>> {
    const { orders, userId } = this.#options
    const request = { userId, idempotencyKey: purchase.key, address }
    return this.#askFor(purchase, 'opens', { key: purchase.key }, quickMs, () => orders.createOrder(request))
  }

  setItem(purchase: Purchase, orderId: string, productId: string, quantity: number): Promise<Answer<Order>> {
    const { orders, userId } = this.#options
    const request = { userId, orderId, productId, quantity }
    const facts = { orderId, productId, quantity }
    return this.#askFor(purchase, 'changes', facts, quickMs, () => orders.setOrderItem(request))
  }

  pay(purchase: Purchase, orderId: string, payment: Payment): Promise<Answer<Order>> {
    const { orders, userId } = this.#options
    const { cardToken, timeoutMs } = payment
    const request = { userId, orderId, cardToken, ...expected(payment) }
    return this.#askFor(purchase, 'pays', { orderId, ...payment }, timeoutMs, () => orders.payOrder(request))
  }

  cancel(purchase: Purchase, orderId: string): Promise<Answer<Order>> {
    const { orders, userId } = this.#options
    const request = { userId, orderId, reason: 'changed my mind' }
    return this.#askFor(purchase, 'cancels', { orderId }, patientMs, () => orders.cancelOrder(request))
  }

  look(purchase: Purchase, orderId: string): Promise<Answer<Order>> {
    const { orders, userId } = this.#options
    return this.#askFor(purchase, 'looks at', { orderId }, quickMs, () => orders.getOrder({ userId, orderId }))
  }

  /** The ids of all their orders, newest first; `undefined` when a page did not come. */
  async list(pageSize: number): Promise<readonly string[] | undefined> {
    const { asker, orders, userId } = this.#options
    const ids: string[] = []
    let pageToken = ''
    do {
      const request = { userId, pageSize, pageToken }
      const { value } = await asker.ask('lists', { pageSize }, quickMs, () => orders.listOrders(request))
      if (value === undefined) return undefined
      ids.push(...value.orders.map(({ id }) => id))
      pageToken = value.nextPageToken
    } while (pageToken !== '')
    return ids
  }

  async #askFor(
    purchase: Purchase,
    what: string,
    facts: object,
    timeoutMs: number,
    work: () => Promise<{ order?: Order | undefined }>,
  ): Promise<Answer<Order>> {
    const { name, asker, history, sightings } = this.#options
    const known = sightings.known(purchase)
    const { value, code } = await asker.ask(what, facts, timeoutMs, work)
    const order = value?.order
    if (order === undefined) return { code: code ?? 'none' }
    history.add(name, 'sees', { order: order.id, status: statusName(order), version: order.version })
    sightings.saw({ purchase, order, known })
    return { value: order }
  }
}

function expected({ expectedMinor }: Payment): { expectedTotal?: { amountMinor: bigint; currency: string } } {
  return expectedMinor === undefined ? {} : { expectedTotal: { amountMinor: BigInt(expectedMinor), currency: 'EUR' } }
}
