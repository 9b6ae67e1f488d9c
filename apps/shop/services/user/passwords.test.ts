import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '@ashlar/kernel/testing'
import type { Gate } from './gate.ts'
import { createPasswords, defaultCost } from './passwords.ts'

let computations = 0
const gate: Gate = {
  run: (work) => {
    computations += 1
    return work()
  },
}
const cheap = { logN: 4, r: 8, p: 1 }
const passwords = createPasswords({ gate, random: seededRandom(1), cost: cheap })

test('a password verifies against its own hash and no other', async () => {
  const hash = await passwords.hash('correct horse battery')
  assert.match(hash, /^scrypt\$4\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
  assert.equal(await passwords.verify('correct horse battery', hash), true)
  assert.equal(await passwords.verify('correct horse batterz', hash), false)
})

test('the same password twice gives two hashes', async () => {
  assert.notEqual(await passwords.hash('correct horse'), await passwords.hash('correct horse'))
})

test('a hash made at another cost still verifies', async () => {
  const hash = await createPasswords({ gate, random: seededRandom(2), cost: { ...cheap, logN: 5 } }).hash('old times')
  assert.equal(await passwords.verify('old times', hash), true)
})

test('one word in two Unicode spellings is one password', async () => {
  const hash = await passwords.hash('cafe\u0301 au lait')
  assert.equal(await passwords.verify('caf\u00e9 au lait', hash), true)
})

test('an account that does not exist costs the same computation, and never verifies', async () => {
  const before = computations
  assert.equal(await passwords.verify('anything', undefined), false)
  assert.equal(computations, before + 1)
})

test('the real cost works within the memory that it asks for', async () => {
  assert.deepEqual(defaultCost, { logN: 15, r: 8, p: 1 })
  const real = createPasswords({ gate, random: seededRandom(3) })
  assert.equal(await real.verify('correct horse', await real.hash('correct horse')), true)
})
