import assert from 'node:assert/strict'
import test from 'node:test'
import { durationOf, limitOf, tracesFlags, wordAndFlags } from './query-flags.ts'

test('durations are read in the units that people write', () => {
  const read = (text: string): number | undefined => durationOf('traces', { 'slower-than': text }, 'slower-than')
  assert.deepEqual(['200ms', '1.5s', '10m', '2h', '1d'].map(read), [200, 1_500, 600_000, 7_200_000, 86_400_000])
  for (const wrong of ['', '5', 's', '-1s', '1 s', '1w', '1e3s']) {
    assert.throws(() => read(wrong), { code: 'ASHLAR_HOST_USAGE', message: /--slower-than is a duration like 200ms/ })
  }
})

test('a limit is a number from 1 to 200', () => {
  assert.equal(limitOf('logs', {}), 20)
  assert.equal(limitOf('logs', { limit: '200' }), 200)
  for (const limit of ['0', '201', 'x', '1.5']) assert.throws(() => limitOf('logs', { limit }), /--limit is a number/)
})

test('a word comes first or not at all', () => {
  assert.deepEqual(wordAndFlags('traces', ['abc', '--errors'], tracesFlags), { word: 'abc', flags: { errors: true } })
  assert.throws(() => wordAndFlags('traces', ['--errors', 'abc'], tracesFlags), /traces: "abc" means nothing here/)
  assert.throws(
    () => wordAndFlags('traces', ['--error'], tracesFlags),
    /there is no --error; did you mean "--errors"\?/,
  )
})
