import assert from 'node:assert/strict'
import test from 'node:test'
import { showResult } from './show-result.ts'

test('records become a table with the names of their JSON form, numbers to the right', () => {
  const rows = [
    { file: '0001-init.sql', ms: 7 },
    { file: '0002-x.sql', ms: 1234, note: 'late' },
  ]
  assert.deepEqual(showResult(rows), ['file             ms  note', '0001-init.sql     7', '0002-x.sql     1234  late'])
  assert.deepEqual(showResult([]), ['none'])
})

test('a record becomes names and values, what is in it as a path, and lists of records as tables of their own', () => {
  const record = {
    inFlight: 1,
    pool: { open: 2, names: ['a', 'b'], of: {} },
    pipelines: [{ n: 1 }],
    none: [],
    at: null,
  }
  assert.deepEqual(showResult(record), [
    'inFlight    1',
    'pool.open   2',
    'pool.names  ["a","b"]',
    'pool.of     {}',
    'none        []',
    'at',
    '',
    'pipelines',
    '  n',
    '  1',
  ])
})

test('anything else is shown as it is, and nothing as "done"', () => {
  assert.deepEqual(showResult('text'), ['text'])
  assert.deepEqual(showResult(7), ['7'])
  assert.deepEqual(showResult([1, 2]), ['[1,2]'])
  assert.deepEqual(showResult(null), ['done'])
})

test('a value cannot begin a line, or move the cursor', () => {
  assert.deepEqual(showResult({ 'a\nb': 'c\n\u001B[2Jd' }), ['a b  c \\x1b[2Jd'])
  assert.deepEqual(showResult([{ a: 'x\ny' }]), ['a', 'x y'])
  assert.deepEqual(showResult('\u0007'), ['\\x07'])
})
