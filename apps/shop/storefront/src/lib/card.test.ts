/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cardBrand, checkCard, formatCardNumber, formatExpiry, parseExpiry, passesLuhn } from './card.ts'

const today = new Date(2026, 10, 22)
const good = { number: '4242 4242 4242 4242', expiry: '11 / 26', securityCode: '123' }

test('digits are grouped as on the card, whatever is typed between them', () => {
  assert.equal(formatCardNumber('42424242-4242 4242'), '4242 4242 4242 4242')
  assert.equal(formatCardNumber('42424'), '4242 4')
  assert.equal(formatCardNumber('378282246310005'), '3782 822463 10005')
})

test('no more digits are taken than a card has', () => {
  assert.equal(formatCardNumber('4'.repeat(30)), '4444 4444 4444 4444 444')
  assert.equal(formatCardNumber(`37${'1'.repeat(20)}`), '3711 111111 11111')
})

test('the brand is known from the first digits', () => {
  const brands = ['4', '5105', '2221', '2720', '2721', '2220', '34', '37', '6011', ''].map(cardBrand)
  assert.deepEqual(brands, [
    'Visa',
    'Mastercard',
    'Mastercard',
    'Mastercard',
    'Card',
    'Card',
    'American Express',
    'American Express',
    'Card',
    'Card',
  ])
})

test('a wrong digit and two swapped digits are noticed', () => {
  assert.ok(passesLuhn('4242 4242 4242 4242'))
  assert.ok(passesLuhn('4000000000009995'))
  assert.ok(!passesLuhn('4242424242424241'))
  assert.ok(!passesLuhn('4242424242424224'))
  assert.ok(!passesLuhn('0'), 'too short to be a card')
})

test('the slash of an expiry date comes by itself and can be deleted over', () => {
  assert.equal(formatExpiry('1', ''), '1')
  assert.equal(formatExpiry('12', '1'), '12 / ')
  assert.equal(formatExpiry('12 /', '12 / '), '12')
  assert.equal(formatExpiry('12 / 28', '12 / 2'), '12 / 28')
  assert.equal(formatExpiry('7', ''), '07 / ')
})

test('an expiry date is a real month and two digits of a year', () => {
  assert.deepEqual(parseExpiry('07 / 31'), { month: 7, year: 2031 })
  assert.equal(parseExpiry('13 / 31'), undefined)
  assert.equal(parseExpiry('00 / 31'), undefined)
  assert.equal(parseExpiry('07 / 3'), undefined)
})

test('a card is good to the end of its last month', () => {
  assert.deepEqual(checkCard(good, today), {})
  assert.deepEqual(Object.keys(checkCard({ ...good, expiry: '10 / 26' }, today)), ['expiry'])
})

test('every mistake is named by its field, and the length of the code depends on the brand', () => {
  assert.deepEqual(Object.keys(checkCard({ number: '', expiry: '', securityCode: '' }, today)), [
    'number',
    'expiry',
    'securityCode',
  ])
  const amex = { ...good, number: '3782 822463 10005' }
  assert.equal(checkCard(amex, today).securityCode, 'Enter the 4 digits.')
  assert.deepEqual(checkCard({ ...amex, securityCode: '1234' }, today), {})
})
