/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderStatus } from '../api/types.ts'
import { stepsOf, wasPaid } from './order-steps.ts'

function way(...statuses: OrderStatus[]): string {
  const status = statuses.at(-1) ?? 'ORDER_STATUS_UNSPECIFIED'
  const steps = stepsOf({ status, history: statuses.map((each) => ({ status: each })) })
  return steps.map(({ name, state }) => `${name} ${state}`).join(', ')
}

const paid = ['ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED', 'ORDER_STATUS_PAID'] as const

test('an order on its way shows what is done, what is going on and what is ahead', () => {
  assert.equal(way('ORDER_STATUS_PENDING'), 'Placed current, Paid ahead, Shipped ahead, Delivered ahead')
  assert.equal(
    way('ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED'),
    'Placed done, Paid current, Shipped ahead, Delivered ahead',
  )
})

test('what waits for a person is next, not going on', () => {
  assert.equal(way('ORDER_STATUS_CREATED'), 'Placed done, Paid next, Shipped ahead, Delivered ahead')
  assert.equal(
    way('ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED', 'ORDER_STATUS_PAID'),
    'Placed done, Paid done, Shipped next, Delivered ahead',
  )
})

test('a delivered order has nothing ahead', () => {
  assert.equal(way(...paid, 'ORDER_STATUS_SHIPPED'), 'Placed done, Paid done, Shipped done, Delivered next')
  assert.equal(
    way(...paid, 'ORDER_STATUS_SHIPPED', 'ORDER_STATUS_DELIVERED'),
    'Placed done, Paid done, Shipped done, Delivered done',
  )
})

test('an order that stopped shows how far it had come', () => {
  assert.equal(way('ORDER_STATUS_PENDING', 'ORDER_STATUS_REFUSED'), 'Placed done, Refused stopped')
  assert.equal(
    way('ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED', 'ORDER_STATUS_INTERRUPTED'),
    'Placed done, Interrupted stopped',
  )
  assert.equal(way(...paid, 'ORDER_STATUS_CANCELLED'), 'Placed done, Paid done, Cancelled stopped')
  assert.equal(
    way(...paid, 'ORDER_STATUS_SHIPPED', 'ORDER_STATUS_REFUNDED'),
    'Placed done, Paid done, Shipped done, Refunded stopped',
  )
})

test('an order that was charged once was paid, whatever came after; an open one was not', () => {
  assert.equal(wasPaid({ history: [{ status: 'ORDER_STATUS_PAID' }, { status: 'ORDER_STATUS_CANCELLED' }] }), true)
  assert.equal(wasPaid({ history: [{ status: 'ORDER_STATUS_CREATED' }, { status: 'ORDER_STATUS_CANCELLED' }] }), false)
})
