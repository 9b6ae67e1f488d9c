import type { Order } from '../contracts/gen/shop/order/v1/order_pb.ts'
import type { Answer, Asker } from './asker.ts'
import type { Chance } from './chance.ts'
import type { CustomerRequests, Payment } from './customer-requests.ts'
import { isSettled, statusName, type Purchase } from './sightings.ts'

export interface CustomerOptions {
  readonly asker: Asker
  readonly requests: CustomerRequests
  readonly chance: Chance
  readonly productIds: readonly string[]
}

const goodCards = ['4242424242424242', '5555555555554444', '378282246310005']
const rushEveryMs = 3_000
const badCards = ['4000000000000002', '4000000000009995', '4000000000000069']

/** Somebody who buys: repeats what was not answered, clicks twice, goes away too early, and changes their mind. */
export class Customer {
  readonly #options: CustomerOptions
  #cardToken = ''

  constructor(options: CustomerOptions) {
    this.#options = options
  }

  /** Tries to buy something. What is not answered in a while is left for {@link settle}. */
  async buy(purchase: Purchase): Promise<void> {
    const { asker, chance } = this.#options
    // Many come at the same moment, and want the last pieces.
    await (chance.happens(0.5) ? asker.untilRush(rushEveryMs) : asker.pause(0, 2_000))
    purchase.expectedMinor = await this.#fillCart()
    await this.#takeCard(chance.happens(0.15) ? badCards : goodCards)
    for (let tries = chance.integer(1, 4); tries > 0; tries--) {
      const clicks = Array.from({ length: chance.happens(0.2) ? 2 : 1 }, () => this.#buy(purchase))
      const answers = await Promise.all(clicks)
      if (answers.some(({ value }) => value !== undefined && hasEnded(value))) break
      if (chance.happens(0.15)) await this.#cancel(purchase)
      await asker.pause(100, 3_000)
    }
    if (chance.happens(0.1)) await this.#cancel(purchase)
  }

  /** Brings the purchase to its end, now that the shop is well again. */
  async settle(purchase: Purchase): Promise<void> {
    const { asker, requests, chance } = this.#options
    const isUnwanted = chance.happens(0.25)
    if (this.#cardToken === '') await this.#takeCard(goodCards)
    for (;;) {
      const { orderId } = purchase
      const order = orderId === undefined ? undefined : (await requests.look(purchase, orderId)).value
      if (order !== undefined && hasEnded(order)) return
      const status = order && statusName(order)
      if (order === undefined) {
        await this.#takeCard(goodCards)
        await this.#buy(purchase)
      } else if (order.cancelReason !== '') await this.#cancel(purchase)
      else if (status === 'INTERRUPTED' || status === 'CREATED') {
        if (isUnwanted) await this.#cancel(purchase)
        else await this.#buy(purchase)
      }
      await asker.pause(500, 1_500)
    }
  }

  /** @returns the ids of all their orders, newest first. */
  async list(): Promise<readonly string[]> {
    const { asker, requests, chance } = this.#options
    for (;;) {
      const ids = await requests.list(chance.integer(1, 7))
      if (ids !== undefined) return ids
      await asker.pause(500, 1_500)
    }
  }

  /** Goes one step further with the purchase: all of it at once, or by an order that is filled and paid later. */
  async #buy(purchase: Purchase): Promise<Answer<Order>> {
    const { requests } = this.#options
    const payment = this.#payment(purchase)
    const { orderId } = purchase
    if (!purchase.isOpen) return this.#correct(purchase, await requests.place(purchase, payment))
    if (orderId !== undefined) return this.#correct(purchase, await requests.pay(purchase, orderId, payment))
    const made = await requests.create(purchase)
    return made.value === undefined ? this.#correct(purchase, made) : this.#fill(purchase, made.value)
  }

  /** Adds something to the order, and takes something out. Then it costs what was shown last. */
  async #fill(purchase: Purchase, order: Order): Promise<Answer<Order>> {
    const { requests, chance, productIds } = this.#options
    let shown = order
    for (const productId of chance.sample(productIds, chance.integer(0, 1))) {
      const answer = await requests.setItem(purchase, order.id, productId, chance.integer(0, 3))
      shown = answer.value ?? shown
    }
    purchase.expectedMinor = Number(shown.total?.amountMinor)
    return { value: shown }
  }

  #payment({ orderId, expectedMinor, agreedMinor }: Purchase): Payment {
    const { chance } = this.#options
    agreedMinor.add(expectedMinor)
    return {
      cardToken: orderId !== undefined && chance.happens(0.2) ? '' : this.#cardToken,
      expectedMinor,
      timeoutMs: chance.happens(0.25) ? chance.between(50, 3_000) : 20_000,
    }
  }

  /** Agrees to the new price where that is what stood in the way. */
  async #correct(purchase: Purchase, answer: Answer<Order>): Promise<Answer<Order>> {
    const { requests } = this.#options
    const { orderId } = purchase
    if (answer.code === 'SHOP_PRICE_CHANGED') {
      const order = orderId === undefined ? undefined : (await requests.look(purchase, orderId)).value
      const total = order === undefined ? await requests.costOfCart() : Number(order.total?.amountMinor)
      purchase.expectedMinor = total === 0 ? undefined : (total ?? purchase.expectedMinor)
    }
    // The answer that said what it cost was lost, and the cart has changed since.
    if (answer.code === 'SHOP_IDEMPOTENCY_KEY_REUSED') purchase.expectedMinor = undefined
    if (answer.code === 'SHOP_CART_EMPTY') purchase.expectedMinor = await this.#fillCart()
    return answer
  }

  async #cancel(purchase: Purchase): Promise<void> {
    if (purchase.orderId !== undefined) await this.#options.requests.cancel(purchase, purchase.orderId)
  }

  /** @returns what the cart costs now, if the last answer told. */
  async #fillCart(): Promise<number | undefined> {
    const { requests, productIds, chance } = this.#options
    let cost: number | undefined
    for (const productId of chance.sample(productIds, chance.integer(1, 2))) {
      cost = await requests.putIntoCart(productId, chance.integer(1, 3))
    }
    return cost
  }

  async #takeCard(numbers: readonly string[]): Promise<void> {
    const { requests, chance } = this.#options
    this.#cardToken = (await requests.handOverCard(chance.pick(numbers))) ?? this.#cardToken
  }
}

/** A paid order that is being cancelled is paid still: it has not ended before it is cancelled. */
function hasEnded(order: Order): boolean {
  const status = statusName(order)
  return isSettled(status) && (order.cancelReason === '' || status === 'CANCELLED')
}
