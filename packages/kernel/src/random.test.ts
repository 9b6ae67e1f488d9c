import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomInteger, randomToken, systemRandom } from './random.ts'
import { seededRandom } from './testing/index.ts'

test('system randomness fills what it is given, of any length, and never the same twice', () => {
  const seen = new Set<string>()
  for (const length of [8, 16, 1_000, 4_096, 4_097, 200_000]) {
    for (let round = 0; round < 20; round++) {
      const bytes = systemRandom.fill(new Uint8Array(length))
      assert.ok(
        bytes.subarray(-8).some((byte) => byte !== 0),
        `the last bytes of ${length} are filled`,
      )
      const text = Buffer.from(bytes).toString('hex')
      assert.ok(!seen.has(text))
      seen.add(text)
    }
  }
})

test('tokens have the strength that was asked for, in characters that need no escaping', () => {
  const token = randomToken(systemRandom, 32)
  assert.match(token, /^[\w-]{43}$/)
})

test('a seed repeats its run, and another seed gives another', () => {
  const run = (seed: number): number[] => {
    const random = seededRandom(seed)
    return Array.from({ length: 100 }, () => randomInteger(random, 6))
  }
  assert.deepEqual(run(1), run(1))
  assert.notDeepEqual(run(1), run(2))
  assert.deepEqual(new Set(run(1)), new Set([0, 1, 2, 3, 4, 5]))
})
