/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderStatus } from '../api/types.ts'
import { stepsOf } from './order-steps.ts'

function way(...statuses: OrderStatus[]): string {
  const status = statuses.at(-1) ?? 'ORDER_STATUS_UNSPECIFIED'
  const steps = stepsOf({ status, history: statuses.map((each) => ({ status: each })) })
  return steps.map(({ name, state }) => `${name} ${state}`).join(', ')
}

test('an order on its way shows what is done, what is going on and what is ahead', () => {
  assert.equal(way('ORDER_STATUS_PENDING'), 'Placed current, Reserved ahead, Paid ahead')
  assert.equal(way('ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED'), 'Placed done, Reserved current, Paid ahead')
})

test('a paid order has nothing ahead', () => {
  assert.equal(
    way('ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED', 'ORDER_STATUS_PAID'),
    'Placed done, Reserved done, Paid done',
  )
})

test('an order that stopped shows how far it had come', () => {
  assert.equal(way('ORDER_STATUS_PENDING', 'ORDER_STATUS_REFUSED'), 'Placed done, Refused stopped')
  assert.equal(
    way('ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED', 'ORDER_STATUS_INTERRUPTED'),
    'Placed done, Reserved done, Interrupted stopped',
  )
  assert.equal(
    way('ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED', 'ORDER_STATUS_PAID', 'ORDER_STATUS_CANCELLED'),
    'Placed done, Reserved done, Paid done, Cancelled stopped',
  )
})
