import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkLinearizable, History, registerModel, type RegisterInput, type RegisterValue } from './index.ts'

const read: RegisterInput = { kind: 'read' }
const write = (value: RegisterValue): RegisterInput => ({ kind: 'write', value })
const cas = (expected: RegisterValue, value: RegisterValue): RegisterInput => ({ kind: 'cas', expected, value })

function record() {
  const history = new History<RegisterInput, RegisterValue>()
  const begin = (process: string, input: RegisterInput, key = 'x') => history.invoke({ process, key, input })
  const did = (process: string, input: RegisterInput, output?: RegisterValue, key = 'x'): void =>
    begin(process, input, key).ok(output)
  const check = () => checkLinearizable(history.operations(), registerModel(0))
  return { history, begin, did, check }
}

test('a stale read is found: a value that was overwritten before the read began', () => {
  const { did, check } = record()
  did('p1', write(1))
  did('p1', write(2))
  did('p2', read, 1)
  assert.deepEqual(check(), [
    {
      kind: 'not linearizable',
      subject: 'x',
      message:
        'key "x": no order explains #3 p2 { kind: \'read\' } -> 1; the best attempt fails after ' +
        "#1 p1 { kind: 'write', value: 1 } -> undefined, #2 p1 { kind: 'write', value: 2 } -> undefined",
    },
  ])
})

test('a lost update is found: two swaps from the same value that both say they won', () => {
  const { begin, did, check } = record()
  const first = begin('p1', cas(0, 1))
  const second = begin('p2', cas(0, 2))
  first.ok(true)
  second.ok(true)
  did('p1', read, 2)
  assert.equal(check()[0]?.kind, 'not linearizable')
})

test('an acknowledged write that is gone afterwards is found', () => {
  const { did, check } = record()
  did('p1', write(5))
  did('p2', read, 0)
  assert.equal(check()[0]?.kind, 'not linearizable')
})

test('two readers that see two writes in different orders are found', () => {
  const { begin, did, check } = record()
  const [one, two] = [begin('p1', write(1)), begin('p2', write(2))]
  const [early, late] = [begin('p3', read), begin('p4', read)]
  early.ok(1)
  late.ok(2)
  did('p3', read, 2)
  did('p4', read, 1)
  one.ok(undefined)
  two.ok(undefined)
  assert.equal(check()[0]?.kind, 'not linearizable')
})

test('a read that overlaps a write may see the old value or the new one', () => {
  for (const seen of [0, 1]) {
    const { begin, did, check } = record()
    const writing = begin('p1', write(1))
    did('p2', read, seen)
    writing.ok(undefined)
    assert.deepEqual(check(), [])
  }
})

test('a write whose end nobody knows may take effect late or never, but its effect does not go away again', () => {
  const outcomes = [
    { reads: [0, 0, 0], found: false },
    { reads: [0, 0, 1], found: false },
    { reads: [0, 1, 0], found: true },
  ]
  for (const { reads, found } of outcomes) {
    const { begin, did, check } = record()
    begin('p1', write(1)).info()
    for (const seen of reads) did('p2', read, seen)
    assert.equal(check().length > 0, found, String(reads))
  }
})

test('operations may be given in any order: what counts is when they happened', () => {
  const { history, begin, did } = record()
  begin('p1', write(1)).info()
  did('p2', read, 1)
  begin('p1', write(1)).info()
  assert.deepEqual(checkLinearizable(history.operations().toReversed(), registerModel(0)), [])
})

test('a write that was refused has no effect', () => {
  const { begin, did, check } = record()
  begin('p1', write(1)).fail()
  did('p2', read, 1)
  assert.equal(check()[0]?.kind, 'not linearizable')
})

test('keys are judged apart, and each broken one is named', () => {
  const { did, check } = record()
  for (const key of ['x', 'y', 'z']) did('p1', write(1), undefined, key)
  did('p2', read, 1, 'x')
  did('p2', read, 0, 'y')
  did('p2', read, 0, 'z')
  assert.deepEqual(
    check().map(({ subject }) => subject),
    ['y', 'z'],
  )
})

test('many writes of one value whose end nobody knows cost little: which of them it was does not matter', () => {
  const { history, begin, did } = record()
  for (let n = 1; n <= 60; n++) begin('p', write(n % 2)).info()
  did('q', read, 99)
  const [violation] = checkLinearizable(history.operations(), registerModel(0), { maxStates: 5_000 })
  assert.equal(violation?.kind, 'not linearizable')
})

test('a history that is too much to search is undecided, which is not a pass', () => {
  const { history, begin, did } = record()
  for (let n = 1; n <= 30; n++) begin('p', write(n)).info()
  did('q', read, 99)
  const [violation] = checkLinearizable(history.operations(), registerModel(0), { maxStates: 1_000 })
  assert.equal(violation?.kind, 'undecided')
  assert.match(violation.message, /31 operations need more than 1000 states/)
})
