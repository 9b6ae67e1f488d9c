import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import { History } from './index.ts'

test('a history keeps what was asked and answered in the order in which it happened', () => {
  const history = new History<string, number>()
  const first = history.invoke({ process: 'p1', key: 'x', input: 'get' })
  const second = history.invoke({ process: 'p2', key: 'y', input: 'put' })
  second.fail()
  first.ok(5)
  history.invoke({ process: 'p1', key: 'x', input: 'get' })
  assert.equal(
    history.format(),
    [
      "1 #1 p1 x invoke 'get'",
      "2 #2 p2 y invoke 'put'",
      '3 #2 p2 y fail',
      '4 #1 p1 x ok 5',
      "5 #3 p1 x invoke 'get'",
    ].join('\n'),
  )
  assert.deepEqual(history.operations()[0], {
    id: 1,
    process: 'p1',
    key: 'x',
    input: 'get',
    invokedAt: 1,
    outcome: { kind: 'ok', at: 4, output: 5 },
  })
  assert.deepEqual(history.operations()[2]?.outcome, { kind: 'unknown' }, 'what has not ended is unknown')
})

test('what is said first about an end stays', () => {
  const history = new History<string, number>()
  const invocation = history.invoke({ process: 'p', key: 'x', input: 'get' })
  invocation.info()
  invocation.ok(1)
  assert.deepEqual(history.operations()[0]?.outcome, { kind: 'unknown' })
})

test('recorded work passes its result and its errors on; only a refusal proves that nothing was done', async () => {
  const history = new History<string, number>()
  const about = { process: 'p', key: 'x', input: 'get' }
  const refused = new Error('refused')
  const isRefusal = (error: unknown): boolean => error === refused
  assert.equal(await history.record(about, async () => 7), 7)
  for (const error of [refused, new Error('timed out')]) {
    await assert.rejects(
      history.record(about, () => Promise.reject(error), isRefusal),
      error,
    )
  }
  assert.deepEqual(
    history.operations().map(({ outcome }) => outcome.kind),
    ['ok', 'fail', 'unknown'],
  )
})

test('a history is bounded', () => {
  const history = new History<string, number>({ maxOperations: 1 })
  history.invoke({ process: 'p', key: 'x', input: 'get' })
  assert.throws(
    () => history.invoke({ process: 'p', key: 'x', input: 'get' }),
    (error) => hasCode(error, 'ASHLAR_TESTING_HISTORY_FULL'),
  )
})
