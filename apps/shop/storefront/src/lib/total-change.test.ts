/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Money } from '../api/types.ts'
import { totalChange } from './total-change.ts'

const euros = (amountMinor: string): Money => ({ amountMinor, currency: 'EUR' })
const line = (productId: string, cents: string, quantity = 1) => ({
  productId,
  name: `The ${productId}`,
  quantity,
  unitPrice: euros(cents),
})

test('a customer is told the old total, the new one and whose price it was', () => {
  assert.deepEqual(
    totalChange([line('mug', '1200', 2), line('pan', '5000')], [line('mug', '1400', 2), line('pan', '5000')]),
    {
      before: euros('7400'),
      now: euros('7800'),
      lines: [{ name: 'The mug', before: euros('1200'), now: euros('1400') }],
    },
  )
})

test('a line that has gone changes the total without a price', () => {
  const change = totalChange([line('mug', '1200'), line('pan', '5000')], [line('pan', '5000')])
  assert.deepEqual(change, { before: euros('6200'), now: euros('5000'), lines: [] })
})

test('what costs the same has not changed', () => {
  assert.equal(totalChange([line('mug', '1200')], [line('mug', '1200')]), undefined)
  assert.equal(totalChange([line('mug', '1200')], []), undefined)
})
