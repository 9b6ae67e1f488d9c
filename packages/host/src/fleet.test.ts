import assert from 'node:assert/strict'
import test from 'node:test'
import { stopOrder } from './fleet.ts'

const namesOf = (calls: Record<string, readonly string[]>): string[][] => {
  const members = Object.entries(calls).map(([name, called]) => ({ calls: called, supervisor: { name } }))
  return stopOrder(members).map((layer) => layer.map(({ supervisor }) => supervisor.name))
}

test('services stop before those they call', () => {
  assert.deepEqual(
    namesOf({ bank: [], user: [], payment: ['bank'], order: ['payment', 'user'], gateway: ['user', 'order'] }),
    [['gateway'], ['order'], ['user', 'payment'], ['bank']],
  )
})

test('services that call each other in a circle stop together', () => {
  assert.deepEqual(namesOf({ a: ['b'], b: ['a'], c: [], gateway: ['a'] }), [
    ['c', 'gateway'],
    ['a', 'b'],
  ])
})
