/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderStatus } from '../api/types.ts'
import { dropPurchase, keyUnderWay, purchaseKey, settlePurchase, type KeyStore } from './purchase-key.ts'

function memory(): KeyStore {
  const values = new Map<string, string>()
  return {
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => void values.set(name, value),
    removeItem: (name) => void values.delete(name),
  }
}

function counter(): () => string {
  let made = 0
  return () => `key-${++made}`
}

const order = (status: OrderStatus, idempotencyKey = 'key-1'): { status: OrderStatus; idempotencyKey: string } => ({
  status,
  idempotencyKey,
})

test('trying again after a lost answer is the same purchase', () => {
  const [store, newKey] = [memory(), counter()]
  assert.equal(purchaseKey(store, 'anna', newKey), 'key-1')
  assert.equal(purchaseKey(store, 'anna', newKey), 'key-1')
})

test('an order that has come to an end makes the next purchase a new one', () => {
  for (const status of ['ORDER_STATUS_PAID', 'ORDER_STATUS_REFUSED', 'ORDER_STATUS_CANCELLED'] as const) {
    const [store, newKey] = [memory(), counter()]
    purchaseKey(store, 'anna', newKey)
    settlePurchase(store, order(status))
    assert.equal(purchaseKey(store, 'anna', newKey), 'key-2', status)
  }
})

test('an order still on its way keeps its key', () => {
  for (const status of ['ORDER_STATUS_PENDING', 'ORDER_STATUS_RESERVED', 'ORDER_STATUS_INTERRUPTED'] as const) {
    const [store, newKey] = [memory(), counter()]
    purchaseKey(store, 'anna', newKey)
    settlePurchase(store, order(status))
    assert.equal(purchaseKey(store, 'anna', newKey), 'key-1', status)
  }
})

test('looking at an older order does not forget the purchase under way', () => {
  const [store, newKey] = [memory(), counter()]
  purchaseKey(store, 'anna', newKey)
  settlePurchase(store, order('ORDER_STATUS_PAID', 'another'))
  assert.equal(keyUnderWay(store, 'anna'), 'key-1')
})

test('another customer on the same device gets a key of their own', () => {
  const [store, newKey] = [memory(), counter()]
  purchaseKey(store, 'anna', newKey)
  assert.equal(keyUnderWay(store, 'bert'), undefined)
  assert.equal(purchaseKey(store, 'bert', newKey), 'key-2')
})

test('a dropped purchase is not under way any more', () => {
  const store = memory()
  purchaseKey(store, 'anna', counter())
  dropPurchase(store)
  assert.equal(keyUnderWay(store, 'anna'), undefined)
})
