import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { OrderSchema } from '../contracts/gen/shop/order/v1/order_pb.ts'
import type { LedgerEntry } from '../services/bank/repository.ts'
import { showOrder } from '../services/order/messages.ts'
import type { Order } from '../services/order/order.ts'
import { paid, placed, reserved } from '../services/order/transitions.ts'
import { money } from '../services/shared/money.ts'
import { checkMoney } from './check-money.ts'
import { checkOrders } from './check-orders.ts'
import { checkStock } from './check-stock.ts'
import type { Purchase, Sighting } from './sightings.ts'

const line = { productId: 'mug', name: 'Mug', quantity: 2, unitPrice: money(500, 'EUR'), categorySlug: '', colour: '' }
const address = { name: 'Ada', line1: 'Main St 1', line2: '', postalCode: '10115', city: 'Berlin', country: 'DE' }
const pending = placed(
  {
    id: 'o1',
    number: 'A',
    userId: 'ann',
    idempotencyKey: 'key-1',
    lines: [{ ...line, imageHash: '' }],
    address,
    cardToken: 'c',
  },
  0,
)
const held = reserved(pending, 1)
const order = paid(held, 'Visa ending 4242', 2)

const purchase: Purchase = {
  key: 'key-1',
  userId: 'ann',
  isOpen: false,
  orderId: 'o1',
  expectedMinor: 1_000,
  agreedMinor: new Set([1_000]),
}

function sighting(shown: Order, more: Partial<Sighting> = {}): Sighting {
  return { purchase, order: create(OrderSchema, showOrder(shown)), known: 1, ...more }
}

/** A test that these orders, leases and sightings show just this. */
function shows(
  title: string,
  expected: readonly string[],
  {
    orders = [order],
    leased = [],
    seen = [sighting(order)],
  }: { orders?: Order[]; leased?: string[]; seen?: Sighting[] },
): void {
  void test(title, () => {
    const found = checkOrders(orders, new Set(leased), seen)
    assert.deepEqual(
      found.map(({ kind }) => kind),
      expected,
    )
  })
}

suite('the check of orders finds', () => {
  shows('nothing amiss where nothing is', [], { seen: [sighting(pending), sighting(held), sighting(order)] })
  shows('an order that was shown and is not there', ['lost'], { orders: [] })
  shows('an order that did not come to its end', ['not settled'], { orders: [held], seen: [] })
  shows('an order that somebody still works on', ['not settled'], { leased: ['o1'] })
  shows('two orders of one purchase', ['doubled'], { orders: [order, { ...order, id: 'o2' }] })
  shows('an order on a way that there is not', ['no way'], {
    orders: [{ ...order, history: order.history.slice(1) }],
    seen: [],
  })
  shows('an answer with another order than before', ['doubled'], { seen: [sighting({ ...order, id: 'o2' })] })
  shows('an answer with an older version than the customer knew', ['went back'], {
    seen: [sighting(order, { known: 4 })],
  })
  shows('an answer that is not in the history', ['rewritten'], {
    orders: [paid(held, 'Visa ending 0002', 2)],
  })
  const dearer = { ...order, lines: [{ ...line, imageHash: '', quantity: 3 }] }
  shows('a price that changed after the checkout began', ['repriced'], { orders: [dearer] })
  const agreedMinor = new Set([900])
  shows('a price that the customer did not agree to', ['not agreed'], {
    seen: [sighting(order, { purchase: { ...purchase, agreedMinor } })],
  })
})

const charge = {
  id: 'charge-1',
  key: 'attempt-1',
  status: 'approved',
  declineCode: undefined,
  amountMinor: 1_000,
  currency: 'EUR',
  token: 'c',
  description: 'Order o1',
  brand: 'Visa',
  last4: '4242',
  createdAtMs: 0,
} as const

suite('the check of money finds', () => {
  const kinds = (orders: readonly Order[], entries: readonly LedgerEntry[]): readonly string[] =>
    // The books of the payment service are left out, so each order's differ.
    checkMoney(orders, entries, new Map())
      .map(({ kind }) => kind)
      .filter((kind) => kind !== 'books differ')
  const entry: LedgerEntry = { kind: 'charge', position: 1, charge }
  const back = { id: 'r', key: 'r', chargeId: 'charge-1', amountMinor: 1_000, createdAtMs: 0 }

  test('nothing amiss where nothing is', () => assert.deepEqual(kinds([order], [entry]), []))
  test('a paid order that was never charged', () =>
    assert.deepEqual(kinds([order], []), ['lost', 'not conserved', 'not conserved']))
  test('an order that was charged twice', () => {
    const again: LedgerEntry = { kind: 'charge', position: 2, charge: { ...charge, id: 'charge-2', key: 'attempt-2' } }
    assert.deepEqual(kinds([order], [entry, again]), ['doubled', 'not conserved', 'not conserved'])
  })
  test('a charge that nobody asked for', () => {
    const stray: LedgerEntry = {
      kind: 'charge',
      position: 2,
      charge: { ...charge, id: 'charge-2', description: 'Order o2' },
    }
    assert.deepEqual(kinds([order], [entry, stray]), ['invented', 'not conserved'])
  })
  test('a refund of an order that is kept', () => {
    const refund: LedgerEntry = { kind: 'refund', position: 2, refund: back }
    assert.deepEqual(kinds([order], [entry, refund]), ['not conserved', 'not conserved'])
  })
  test('books that differ from the bank', () =>
    assert.deepEqual(checkMoney([order], [entry], new Map())[0]?.kind, 'books differ'))
})

suite('the check of stock finds', () => {
  const level = { productId: 'mug', initial: 10, available: 8, reserved: 0, sold: 2 }
  const kinds = (changed: Partial<typeof level>, orders = [order]): readonly string[] =>
    checkStock(orders, new Map([['mug', 10]]), [{ ...level, ...changed }]).map(({ kind }) => kind)
  const refunded = (restock: boolean): Order => ({
    ...order,
    status: 'REFUNDED',
    ending: { kind: 'refund', reason: 'broken', restock },
  })

  test('nothing amiss where nothing is', () => assert.deepEqual(kinds({}), []))
  test('more sold than was bought', () => assert.deepEqual(kinds({ sold: 3 }), ['sold amiss']))
  test('pieces that are held for nobody', () => assert.deepEqual(kinds({ reserved: 1 }), ['still held']))
  test('pieces that merchants know nothing of', () => assert.deepEqual(kinds({ initial: 11 }), ['miscounted']))
  test('refunded pieces that are back and count as sold, and those that are gone and do not', () => {
    assert.deepEqual(kinds({}, [refunded(true)]), ['sold amiss'])
    assert.deepEqual(kinds({ sold: 0 }, [refunded(false)]), ['sold amiss'])
    assert.deepEqual(kinds({}, [refunded(false)]), [])
  })
})
