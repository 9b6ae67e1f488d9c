import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderStatuses, type Ending, type Order, type OrderStatus } from './order.ts'
import { address } from './shop-fixture.test.support.ts'
import {
  cancelled,
  checkoutBegun,
  created,
  delivered,
  ending,
  interrupted,
  paid,
  placed,
  refunded,
  refused,
  relined,
  reserved,
  resumed,
  shipped,
  withdrawn,
} from './transitions.ts'

const placement = {
  id: 'o1',
  number: 'A',
  userId: 'ada',
  idempotencyKey: 'key-0001',
  lines: [],
  address,
  cardToken: 'c',
}
const refusal = { code: 'OUT_OF_STOCK', message: 'None left.' }
const parcel = { carrier: 'Post', trackingNumber: 'RR-1' }
const endings: readonly Ending[] = [
  { kind: 'refuse', refusal },
  { kind: 'cancel', reason: 'changed my mind' },
  { kind: 'refund', reason: 'broken', restock: true },
]

const ways: Readonly<Record<string, (order: Order) => Order>> = {
  begin: (order) => checkoutBegun(order, { lines: [], cardToken: 'c' }, 2),
  resume: (order) => resumed(order, '', 2),
  reserve: (order) => reserved(order, 2),
  pay: (order) => paid(order, 'Visa ending 4242', 2),
  ship: (order) => shipped(order, parcel, 2),
  deliver: (order) => delivered(order, 2),
  refuse: (order) => refused(order, refusal, 2),
  cancel: (order) => cancelled(order, 2),
  withdraw: (order) => withdrawn(order, 'changed my mind', 2),
  refund: (order) => refunded(order, 'broken', 2),
  interrupt: (order) => interrupted(order, 'stopped', 2),
  reline: (order) => relined(order, [], 2),
}

function at(status: OrderStatus, how?: Ending): Order {
  const shipment = { ...parcel, shippedAtMs: 1, deliveredAtMs: undefined }
  return { ...placed(placement, 1), status, shipment, ending: how }
}

/** Where each way leads from an order, left out where there is none. */
function waysFrom(order: Order): Record<string, OrderStatus> {
  const open: Record<string, OrderStatus> = {}
  for (const [name, way] of Object.entries(ways)) {
    try {
      open[name] = way(order).status
    } catch {
      // No way.
    }
  }
  return open
}

test('an order goes from each status where it may, and nowhere else', () => {
  const all = Object.fromEntries(orderStatuses.map((status) => [status, waysFrom(at(status))]))
  const checkout = { refuse: 'REFUSED', cancel: 'CANCELLED', interrupt: 'INTERRUPTED', resume: 'PENDING' }
  assert.deepEqual(all, {
    CREATED: { begin: 'PENDING', cancel: 'CANCELLED', withdraw: 'CANCELLED', reline: 'CREATED' },
    PENDING: { ...checkout, reserve: 'RESERVED' },
    RESERVED: { ...checkout, pay: 'PAID' },
    INTERRUPTED: { ...checkout, refund: 'REFUNDED' },
    PAID: { ship: 'SHIPPED', cancel: 'CANCELLED', interrupt: 'PAID' },
    SHIPPED: { deliver: 'DELIVERED', refund: 'REFUNDED', interrupt: 'SHIPPED' },
    DELIVERED: { refund: 'REFUNDED', interrupt: 'DELIVERED' },
    REFUSED: {},
    CANCELLED: {},
    REFUNDED: {},
  })
})

test('an order whose ending is decided goes to that ending, or is interrupted on the way, and nothing else', () => {
  for (const how of endings) {
    for (const status of orderStatuses) {
      const order = at(status, how)
      const free = new Set(Object.values(waysFrom(at(status))))
      const bound = new Set(Object.values(waysFrom(order)))
      const end = { refuse: 'REFUSED', cancel: 'CANCELLED', refund: 'REFUNDED' }[how.kind] as OrderStatus
      const left = [...bound].filter((to) => to !== end && to !== 'INTERRUPTED' && to !== status)
      assert.deepEqual(left, [], `${status} that is to be ${end}`)
      assert.equal(bound.has(end), free.has(end), `${status} that is to be ${end}`)
    }
  }
})

test('each change that is stored makes one more version, and one that the customer waits for is noted in plain words', () => {
  const begun = checkoutBegun(created(placement, 1), { lines: [], cardToken: 'card_1' }, 2)
  const bought = paid(reserved(begun, 3), 'Visa ending 4242', 4)
  const there = delivered(shipped(bought, parcel, 5), 6)
  const back = refunded(ending(there, { kind: 'refund', reason: 'broken', restock: true }, 7), 'broken', 8)
  assert.deepEqual(
    back.history.map(({ status, note }) => `${status}: ${note}`),
    [
      'CREATED: Order made. You can change it until you pay.',
      'PENDING: Order placed.',
      'RESERVED: The items are held for you; taking the payment.',
      'PAID: Paid with Visa ending 4242.',
      'SHIPPED: Shipped with Post, tracking number RR-1.',
      'DELIVERED: Delivered.',
      'REFUNDED: What you paid is given back: broken',
    ],
  )
  assert.deepEqual([back.version, back.cardToken, back.updatedAtMs, back.createdAtMs], [8, 'card_1', 8, 1])
  assert.deepEqual(back.shipment, { ...parcel, shippedAtMs: 5, deliveredAtMs: 6 })
})
