import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { hireMerchant, type EditableProduct, type Merchant } from './merchant-client.ts'
import { startShop, type LedgerEntry, type RunningShop } from './running-shop.ts'
import { ApiError, type Order, type ShopClient } from './shop-client.ts'
import { until } from './until.ts'

interface ShownOrder extends Order {
  readonly refundReason: string
  readonly shipment?: { readonly trackingNumber: string }
}

suite('orders after they are paid, in the whole shop', () => {
  let shop: RunningShop
  let merchant: Merchant
  let customer: ShopClient
  let card: string
  let product: EditableProduct

  before(async () => {
    shop = await startShop()
    merchant = await hireMerchant(shop)
    customer = shop.customer()
    await customer.register()
    card = await customer.cardToken()
    product = await merchant.create({ name: 'Travelling mug', euros: 10 })
  })
  after(() => shop.stop())

  async function paidOrder(quantity: number): Promise<Order> {
    await customer.setCartItem(product.id, quantity)
    const order = await customer.placeOrder(card)
    assert.equal(order.status, 'ORDER_STATUS_PAID')
    return order
  }

  const shown = (id: string): Promise<ShownOrder> => merchant.client.call('GET', `/api/merchant/orders/${id}`)
  const refund = (id: string, body: { reason: string; restock: boolean }): Promise<ShownOrder> =>
    merchant.client.call('POST', `/api/merchant/orders/${id}/refund`, body)

  /** What the bank has for the order: the charge, and what was given back of it. */
  async function books({ id }: Order): Promise<{ charges: number; refunds: readonly LedgerEntry[] }> {
    const ledger = await shop.ledger()
    const charges = ledger.filter(({ kind, status, description }) => {
      return kind === 'charge' && status === 'approved' && description?.includes(id) === true
    })
    const ids = new Set(charges.map((charge) => charge.id))
    return { charges: charges.length, refunds: ledger.filter(({ chargeId = '' }) => ids.has(chargeId)) }
  }

  async function sold(): Promise<number | undefined> {
    return (await shop.stock()).find(({ productId }) => productId === product.id)?.sold
  }

  test('a refund whose order service is killed is finished when it is asked for again: paid back once, on the shelf once', async () => {
    const soldBefore = await sold()
    const order = await paidOrder(3)
    await merchant.ship(order)
    await shop.setBank('hang')
    const asked = refund(order.id, { reason: 'It broke on the way.', restock: true }).catch(() => undefined)
    await until(async () => (await shown(order.id)).refundReason !== '')
    await shop.crash('order')
    await asked
    await until(async () => (await shown(order.id)).status === 'ORDER_STATUS_INTERRUPTED')
    const seen = (await customer.order(order.id)).history.at(-1)
    assert.match(seen?.note ?? '', /The shop takes it up again/)

    await shop.setBank('normal')
    const refunded = await refund(order.id, { reason: 'Asked for again.', restock: false })
    assert.equal(refunded.status, 'ORDER_STATUS_REFUNDED')
    assert.equal(refunded.refundReason, 'It broke on the way.')
    const { charges, refunds } = await books(order)
    assert.deepEqual([charges, refunds.map(({ amountMinor }) => amountMinor)], [1, [3000]])
    assert.equal(await sold(), soldBefore)
    assert.equal((await refund(order.id, { reason: 'Once more.', restock: true })).status, 'ORDER_STATUS_REFUNDED')
    assert.deepEqual([(await books(order)).refunds.length, await sold()], [1, soldBefore])
  })

  test('of a shipment and a cancellation at once one wins, and money and stock are on its side', async () => {
    for (let round = 0; round < 8; round++) {
      const order = await paidOrder(1)
      const soldBefore = await sold()
      const results = await Promise.allSettled([
        merchant.ship(order),
        customer.call('POST', `/api/orders/${order.id}/cancel`, { reason: '' }),
      ])
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
      assert.equal(refused.length, 1)
      const [error] = refused
      assert.ok(error instanceof ApiError && error.refused.status === 409, String(error))
      const { status } = await shown(order.id)
      const { refunds } = await books(order)
      const isShipped = status === 'ORDER_STATUS_SHIPPED'
      assert.ok(isShipped || status === 'ORDER_STATUS_CANCELLED', status)
      assert.deepEqual([refunds.length, await sold()], isShipped ? [0, soldBefore] : [1, (soldBefore ?? 0) - 1])
    }
  })

  test('an invoice is a page for who asks for one, and says that it was refunded', async () => {
    const order = await paidOrder(2)
    await merchant.ship(order)
    await refund(order.id, { reason: 'Came back.', restock: true })
    const answer = await customer.send('GET', `/api/orders/${order.id}/invoice`, { headers: { accept: 'text/html' } })
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'unsafe-inline'/)
    assert.match(answer.text, /Travelling mug.*€20\.00.*Balance.*€0\.00.*was refunded in full/s)
    assert.match(answer.text, /Ada Lovelace.*United Kingdom/s)
    const stranger = shop.customer()
    await stranger.register()
    const refusedTo = await stranger.send('GET', `/api/orders/${order.id}/invoice`, {
      headers: { accept: 'text/html' },
    })
    assert.equal(refusedTo.status, 404)
  })

  test('customers cannot ship, deliver or refund, not even their own order', async () => {
    const order = await paidOrder(1)
    for (const [path, body] of [
      ['ship', { carrier: 'DHL', trackingNumber: randomUUID() }],
      ['deliver', {}],
      ['refund', { reason: 'x', restock: true }],
    ] as const) {
      const answer = await customer.send('POST', `/api/merchant/orders/${order.id}/${path}`, { body })
      assert.equal(answer.status, 403, path)
    }
    assert.equal((await customer.order(order.id)).status, 'ORDER_STATUS_PAID')
  })
})
