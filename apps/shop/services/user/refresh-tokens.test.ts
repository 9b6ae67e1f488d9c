import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '@ashlar/kernel/testing'
import { newSigningKey } from './access-tokens.ts'
import { createRefreshTokens } from './refresh-tokens.ts'

const random = seededRandom(3)

test('the first tokens all differ; a successor is always the same, and only with the same key', () => {
  const [key, otherKey] = [newSigningKey(random), newSigningKey(random)]
  const tokens = createRefreshTokens({ key, random })
  const first = tokens.first()
  assert.notEqual(first, tokens.first())
  const second = tokens.successor(first)
  assert.match(second, /^[\w-]{43}$/)
  assert.equal(createRefreshTokens({ key, random }).successor(first), second)
  assert.notEqual(createRefreshTokens({ key: otherKey, random }).successor(first), second)
  assert.equal(new Set([first, second, tokens.successor(second)]).size, 3)
})
