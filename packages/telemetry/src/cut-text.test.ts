import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { cutText } from './cut-text.ts'

test('a text is cut to its length, and never within a character', () => {
  assert.equal(cutText('abc', 2), 'ab')
  assert.equal(cutText('aé€b', 3), 'aé€')
  assert.equal(cutText('ab😀', 3), 'ab')
  assert.equal(cutText('ab😀', 4), 'ab😀')
  assert.equal(cutText('a\ud83db', 3), 'a\ufffdb')
})

test('what is left of long texts does not keep them in memory', () => {
  setFlagsFromString('--expose_gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const before = process.memoryUsage().heapUsed
  const kept = Array.from({ length: 50 }, (_, at) => cutText(Buffer.alloc(1_000_000, 65 + (at % 20)).toString(), 100))
  collect()
  const grown = process.memoryUsage().heapUsed - before
  assert.ok(grown < 10_000_000, `${grown} bytes for ${kept.length} texts of 100 characters`)
})
