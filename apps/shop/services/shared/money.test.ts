import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { hasCode } from '@ashlar/kernel'
import { MoneySchema } from '../../contracts/gen/shop/common/v1/money_pb.ts'
import { add, formatMoney, fromProtoMoney, money, times, toProtoMoney } from './money.ts'

test('sums and multiples are exact', () => {
  assert.deepEqual(add(money(10, 'EUR'), times(money(1999, 'EUR'), 3)), { amountMinor: 6007, currency: 'EUR' })
})

test('currencies do not mix, and nothing leaves the range of safe integers', () => {
  assert.throws(() => add(money(1, 'EUR'), money(1, 'USD')), TypeError)
  assert.throws(() => times(money(Number.MAX_SAFE_INTEGER, 'EUR'), 2), RangeError)
  assert.throws(() => money(0.5, 'EUR'), RangeError)
  assert.throws(() => money(1, 'euro'), RangeError)
})

test('money is written for people with every digit, by the rules of its currency', () => {
  const shown = [0, 5, 1999, -1999, 123_456_789, Number.MAX_SAFE_INTEGER].map((minor) =>
    formatMoney(money(minor, 'EUR')),
  )
  assert.deepEqual(shown, ['€0.00', '€0.05', '€19.99', '-€19.99', '€1,234,567.89', '€90,071,992,547,409.91'])
  assert.deepEqual([formatMoney(money(1999, 'JPY')), formatMoney(money(1999, 'KWD'))], ['¥1,999', 'KWD\u00a01.999'])
})

test('money crosses the wire unchanged; an amount too large to count is refused', () => {
  const wire = create(MoneySchema, toProtoMoney(money(1999, 'EUR')))
  assert.deepEqual(fromProtoMoney(wire, 'price'), money(1999, 'EUR'))
  const huge = create(MoneySchema, { amountMinor: 2n ** 60n, currency: 'EUR' })
  assert.throws(
    () => fromProtoMoney(huge, 'price'),
    (error) => hasCode(error, 'ASHLAR_INVALID_INPUT'),
  )
  assert.throws(
    () => fromProtoMoney(undefined, 'price'),
    (error) => hasCode(error, 'ASHLAR_INVALID_INPUT'),
  )
})
