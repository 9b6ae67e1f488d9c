import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { suite, test } from 'node:test'
import { sleep, systemClock } from '@ashlar/kernel'
import { startShop, type LedgerEntry, type RunningShop } from './running-shop.ts'
import { ApiError, approvedCard, type Order, type Product, type ShopClient } from './shop-client.ts'

const settled = ['ORDER_STATUS_PAID', 'ORDER_STATUS_REFUSED', 'ORDER_STATUS_CANCELLED']

suite('a service that is killed', () => {
  test('200 checkouts by 10 clients survive kill -9 of each service: nothing is lost, charged twice or oversold', async (t) => {
    const shop = await startShop({ ORDER_RESERVATION_SECONDS: '5' })
    t.after(() => shop.stop())
    const before = await shop.stock()
    const progress = new Progress()
    const shoppers = await registered(shop, 10)
    const buying = Promise.all(
      shoppers.map(({ client }, index) => buyOften(client, { checkouts: 20, progress, persistent: index % 2 === 0 })),
    )
    const victims = ['order', 'payment', 'product', 'gateway', 'user', 'bank']
    for (const [index, service] of victims.entries()) {
      await progress.reached(15 + index * 30)
      await shop.crash(service)
    }
    await buying
    assert.equal(progress.done, 200)

    const orders = (await Promise.all(shoppers.map(({ client }) => allOrders(client)))).flat()
    await noOrderRuns(shop, shoppers)
    const ledger = await shop.ledger()
    assertChargedAtMostOnce(ledger)
    assertPaidMeansCharged(await refreshed(shoppers), ledger)
    assert.ok(orders.length >= 150, `${orders.length} orders were placed`)

    await reservationsGone(shop)
    const after = await shop.stock()
    assert.equal(after.length, before.length)
    for (const level of after) {
      assert.equal(level.available + level.reserved + level.sold, level.initial, `product ${level.productId}`)
      assert.ok(level.available >= 0 && level.reserved === 0, `product ${level.productId}`)
    }
    const sold = after.reduce((sum, { sold: count }) => sum + count, 0)
    // An interrupted order may have got as far as the shelf: the saga's work, later, is to finish it.
    const paid = await unitsOf(shoppers, 'ORDER_STATUS_PAID')
    const interrupted = await unitsOf(shoppers, 'ORDER_STATUS_INTERRUPTED')
    assert.ok(sold >= paid && sold <= paid + interrupted, `${sold} sold, ${paid} paid, ${interrupted} interrupted`)
    t.diagnostic(`${orders.length} orders; units: ${sold} sold, ${paid} paid, ${interrupted} interrupted`)
  })

  test('an order that was interrupted is shown as such, and the same key finishes it without a second charge', async (t) => {
    const shop = await startShop()
    t.after(() => shop.stop())
    const customer = shop.customer()
    await customer.register()
    const [product] = await customer.search('mug')
    assert.ok(product)
    await customer.setCartItem(product.id, 2)
    const card = await customer.cardToken(approvedCard)
    const key = randomUUID()

    await shop.setBank('hang')
    const placing = customer.placeOrder(card, key).catch((error: unknown) => error)
    const running = await untilOrder(customer, (order) => order.status === 'ORDER_STATUS_RESERVED')
    await shop.crash('order')
    await placing
    const interrupted = await untilOrder(customer, (order) => order.status === 'ORDER_STATUS_INTERRUPTED')
    assert.equal(interrupted.id, running.id)

    await shop.setBank('normal')
    const finished = await customer.placeOrder(card, key)
    assert.equal(finished.id, running.id)
    assert.equal(finished.status, 'ORDER_STATUS_PAID')
    assertChargedAtMostOnce(await shop.ledger())
    const level = (await shop.stock()).find(({ productId }) => productId === product.id)
    assert.equal(level?.sold, 2)
  })
})

/** Counts finished checkouts and wakes who waits for a number of them. */
class Progress {
  done = 0
  readonly #waiting: { at: number; resolve: () => void }[] = []

  finish(): void {
    this.done++
    for (const { at, resolve } of this.#waiting) if (this.done >= at) resolve()
  }

  reached(at: number): Promise<void> {
    return this.done >= at ? Promise.resolve() : new Promise((resolve) => this.#waiting.push({ at, resolve }))
  }
}

interface Shopper {
  readonly client: ShopClient
}

async function registered(shop: RunningShop, count: number): Promise<readonly Shopper[]> {
  const shoppers: Shopper[] = []
  for (let index = 0; index < count; index++) {
    const client = shop.customer()
    await client.register()
    shoppers.push({ client })
  }
  return shoppers
}

/** Buys again and again. A persistent one repeats a purchase that failed with its key; the others walk away. */
async function buyOften(
  client: ShopClient,
  options: { checkouts: number; progress: Progress; persistent: boolean },
): Promise<void> {
  const products = (await client.search('')).filter(({ available }) => available > 30)
  const card = await client.cardToken()
  for (let count = 0; count < options.checkouts; count++) {
    await buy(client, { products, card, persistent: options.persistent })
    options.progress.finish()
  }
}

async function buy(
  client: ShopClient,
  options: { products: readonly Product[]; card: string; persistent: boolean },
): Promise<void> {
  const product = options.products[randomInt(options.products.length)]
  assert.ok(product)
  await persist(() => client.setCartItem(product.id, 1 + randomInt(2)))
  const key = randomUUID()
  const place = async (): Promise<void> => {
    const { status } = await client.placeOrder(options.card, key)
    if (!settled.includes(status)) throw new Error(`not settled: ${status}`)
  }
  if (options.persistent) await persist(place)
  else await place().catch(() => undefined)
}

/** Tries until it works, as a person pressing the button again would. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      // An emptied cart is what a checkout that went through leaves behind.
      if (error instanceof ApiError && error.refused.code === 'SHOP_CART_EMPTY') throw error
      if (attempt === 100) throw error
      await sleep(systemClock, 200)
    }
  }
}

async function allOrders(client: ShopClient): Promise<readonly Order[]> {
  return persist(() => client.orders())
}

async function refreshed(shoppers: readonly Shopper[]): Promise<readonly Order[]> {
  return (await Promise.all(shoppers.map(({ client }) => allOrders(client)))).flat()
}

async function noOrderRuns(shop: RunningShop, shoppers: readonly Shopper[]): Promise<void> {
  const final = [...settled, 'ORDER_STATUS_INTERRUPTED']
  await persist(async () => {
    const running = (await refreshed(shoppers)).filter(({ status }) => !final.includes(status))
    assert.deepEqual(running, [], `still running; last log lines:\n${shop.log.slice(-20).join('\n')}`)
  })
}

async function reservationsGone(shop: RunningShop): Promise<void> {
  await persist(async () => {
    const held = (await shop.stock()).filter(({ reserved }) => reserved > 0)
    assert.deepEqual(held, [], 'reservations of interrupted orders expire')
  })
}

async function untilOrder(client: ShopClient, wanted: (order: Order) => boolean): Promise<Order> {
  return persist(async () => {
    const order = (await client.orders())[0]
    assert.ok(order !== undefined && wanted(order), `the order is ${order?.status ?? 'not there'}`)
    return order
  })
}

function approvedByOrder(ledger: readonly LedgerEntry[]): Map<string, LedgerEntry[]> {
  const charges = ledger.filter(({ kind, status }) => kind === 'charge' && status === 'approved')
  return Map.groupBy(charges, ({ description }) => description ?? '')
}

function assertChargedAtMostOnce(ledger: readonly LedgerEntry[]): void {
  for (const [order, charges] of approvedByOrder(ledger)) assert.equal(charges.length, 1, `${order} was charged twice`)
}

function assertPaidMeansCharged(orders: readonly Order[], ledger: readonly LedgerEntry[]): void {
  const charged = [...approvedByOrder(ledger).values()].flat()
  const refunded = new Set(ledger.filter(({ kind }) => kind === 'refund').map(({ chargeId }) => chargeId))
  for (const order of orders) {
    const charge = charged.find(({ description }) => description?.includes(order.id) === true)
    if (order.status === 'ORDER_STATUS_PAID') {
      assert.equal(charge?.amountMinor, Number(order.total.amountMinor), `order ${order.id}`)
    } else if (order.status === 'ORDER_STATUS_REFUSED') {
      assert.ok(charge === undefined || refunded.has(charge.id), `refused order ${order.id} was charged`)
    }
  }
}

async function unitsOf(shoppers: readonly Shopper[], status: string): Promise<number> {
  const orders = (await refreshed(shoppers)).filter((order) => order.status === status)
  return orders.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0)
}
