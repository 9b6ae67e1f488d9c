import assert from 'node:assert/strict'
import { newId, systemRandom } from '@ashlar/kernel'
import { money } from '../shared/money.ts'
import { orderNumber } from './order-number.ts'
import type { Order } from './order.ts'
import type { Claim, OrderRepository } from './repository.ts'
import { created, placed } from './transitions.ts'

export const nowMs = 1_767_225_600_123
export const lease = { runner: 'first', untilMs: nowMs + 1_000 }

const address = { name: 'Ada', line1: 'Straße 1', line2: '', postalCode: '10115', city: 'Berlin', country: 'DE' }

export function alphabetically(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** An open order that is not stored yet; of the customer, the lines and the key of another, if one is given. */
export function openOrder(of: Order = newOrder(), { key = of.idempotencyKey, atMs = nowMs } = {}): Order {
  const { userId, lines } = of
  return created({ id: newId(), number: orderNumber(systemRandom), userId, idempotencyKey: key, lines, address }, atMs)
}

export async function openIn(repository: OrderRepository, atMs = nowMs): Promise<Order> {
  const order = openOrder(newOrder(), { atMs })
  for (const { productId, quantity } of order.lines) {
    await repository.setCartLine(order.userId, { productId, quantity }, 50)
  }
  assert.equal(await repository.create(order, 10), 'created')
  return order
}

export function newOrder(): Order {
  const line = {
    name: 'Lampe “Ångström”',
    quantity: 2,
    unitPrice: money(1999, 'EUR'),
    categorySlug: 'lamps',
    colour: '#aabbcc',
    imageHash: '',
  }
  const placement = {
    id: newId(),
    number: orderNumber(systemRandom),
    userId: newId(),
    idempotencyKey: 'key-0001',
    lines: [{ productId: newId(), ...line }],
    address,
    cardToken: 'card_1',
  }
  return placed(placement, nowMs)
}

export async function insert(repository: OrderRepository): Promise<Claim> {
  const claim = await repository.insert(newOrder(), lease)
  return typeof claim === 'object' ? claim : assert.fail(claim)
}
