/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatMoney, parseMoney, sumMoney, timesMoney, typedMoney } from './money.ts'

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

test('a typed price is read to the cent, with a point or a comma, and nothing else is', () => {
  assert.deepEqual(parseMoney(' 12.5 '), euros('1250'))
  assert.deepEqual(parseMoney('0,05'), euros('5'))
  assert.deepEqual(parseMoney('1000000'), euros('100000000'))
  for (const text of ['', '12.345', '-1', '1,000.00', '1e3', '12.', '.5'])
    assert.equal(parseMoney(text), undefined, text)
})

test('an amount in a form is what would be typed for it', () => {
  for (const typed of ['12.50', '0.05', '1999.00']) {
    const read = parseMoney(typed)
    assert.equal(read === undefined ? undefined : typedMoney(read), typed)
  }
})
