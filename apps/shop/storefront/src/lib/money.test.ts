/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatMoney, sumMoney, timesMoney } from './money.ts'

const euros = (amountMinor: string): { amountMinor: string; currency: string } => ({ amountMinor, currency: 'EUR' })

test('an amount is shown with its currency, two decimals and grouped thousands', () => {
  assert.equal(formatMoney(euros('1999')), '€19.99')
  assert.equal(formatMoney(euros('123456')), '€1,234.56')
})

test('small, zero and negative amounts keep their decimals', () => {
  assert.deepEqual(
    ['0', '5', '-5', '-1050'].map((minor) => formatMoney(euros(minor))),
    ['€0.00', '€0.05', '-€0.05', '-€10.50'],
  )
})

test('a currency without decimals has none', () => {
  assert.equal(formatMoney({ amountMinor: '1200', currency: 'JPY' }), 'JP¥1,200')
})

test('an amount beyond what a number can hold is shown to the last cent', () => {
  assert.equal(formatMoney(euros('9007199254740993')), '€90,071,992,547,409.93')
})

test('a sum is exact, and no lines have no sum', () => {
  const lines = [
    { unitPrice: euros('1999'), quantity: 3 },
    { unitPrice: euros('9007199254740993'), quantity: 1 },
  ]
  assert.deepEqual(sumMoney(lines), euros('9007199254746990'))
  assert.equal(sumMoney([]), undefined)
  assert.deepEqual(timesMoney(euros('250'), 4), euros('1000'))
})
