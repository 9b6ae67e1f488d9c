import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidInputError, parseIsoTime } from '@ashlar/kernel'
import { validate } from '../shared/validate.ts'
import { checkCard, passesLuhn } from './card.ts'

const nowMs = parseIsoTime('2026-11-30T23:59:59Z') ?? 0
const card = { number: '4242 4242-4242 4242', expiryMonth: 11, expiryYear: 2026, securityCode: '123' }

function issuePaths(fields: Partial<typeof card>): string[] {
  try {
    validate((check) => checkCard(check, { ...card, ...fields }, nowMs))
    return []
  } catch (error) {
    return (error as InvalidInputError).issues.map(({ path }) => path)
  }
}

test('a good card passes, its number without spaces and hyphens', () => {
  assert.equal(validate((check) => checkCard(check, card, nowMs)).number, '4242424242424242')
})

test('a card is good through the last second of its month, and no longer', () => {
  assert.deepEqual(issuePaths({}), [])
  assert.deepEqual(issuePaths({ expiryMonth: 10 }), ['expiryMonth'])
  assert.deepEqual(issuePaths({ expiryMonth: 12, expiryYear: 2025 }), ['expiryYear'])
  assert.deepEqual(issuePaths({ expiryMonth: 1, expiryYear: 2027 }), [])
})

test('everything that is wrong is said at once', () => {
  assert.deepEqual(issuePaths({ number: '42', expiryMonth: 13, expiryYear: 26, securityCode: 'abc' }), [
    'number',
    'securityCode',
    'expiryMonth',
    'expiryYear',
  ])
})

test('issues repeat no digit of the card', () => {
  const bad = { ...card, number: '4242424242424241', securityCode: '12345' }
  assert.throws(
    () => validate((check) => checkCard(check, bad, nowMs)),
    (error: Error) => !/42424|12345/.test(error.message),
  )
})

test('the check digit catches every single mistyped digit', () => {
  const good = '4000000000009995'
  assert.ok(passesLuhn(good))
  for (let index = 0; index < good.length; index++) {
    for (let wrong = 0; wrong < 10; wrong++) {
      const typed = good.slice(0, index) + String(wrong) + good.slice(index + 1)
      assert.equal(passesLuhn(typed), typed === good)
    }
  }
})
