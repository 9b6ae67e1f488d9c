/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeSteps, mostLines, parseLocalCart, withQuantity } from './local-cart.ts'

test('a stored cart that was tampered with gives only the lines that make sense', () => {
  const stored = '{"a":2,"b":0,"c":-1,"d":1.5,"e":"3","f":100,"bad id":1,"g":99}'
  assert.deepEqual(parseLocalCart(stored), { a: 2, g: 99 })
  for (const text of [null, '', 'nonsense', '[1]', 'null', '7']) assert.deepEqual(parseLocalCart(text), {})
})

test('a stored cart never holds more lines than the bound', () => {
  const many = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`p${n}`, 1]))
  assert.equal(Object.keys(parseLocalCart(JSON.stringify(many))).length, mostLines)
})

test('zero takes a line out, and a quantity stops at 99', () => {
  assert.deepEqual(withQuantity({ a: 1, b: 2 }, 'a', 0), { b: 2 })
  assert.deepEqual(withQuantity({ a: 1 }, 'a', 500), { a: 99 })
})

test('a full cart refuses a new line but still changes an old one', () => {
  const full = Object.fromEntries(Array.from({ length: mostLines }, (_, n) => [`p${n}`, 1]))
  assert.equal(withQuantity(full, 'new', 1), undefined)
  assert.equal(withQuantity(full, 'p3', 4)?.['p3'], 4)
})

test('merging asks the server only for what it has less of', () => {
  const steps = mergeSteps({ a: 2, b: 1, c: 5 }, [
    { productId: 'b', quantity: 3 },
    { productId: 'c', quantity: 1 },
  ])
  assert.deepEqual(steps, [
    { productId: 'a', quantity: 2 },
    { productId: 'c', quantity: 5 },
  ])
})

test('merging again after it was done changes nothing', () => {
  const local = { a: 2, b: 1 }
  const done = mergeSteps(local, [])
  assert.deepEqual(mergeSteps(local, done), [])
})
