import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edgeTable, statusRows, toEdgeError } from './edge.ts'
import { AshlarError, DeadlineExceededError, InvalidInputError, codeOf, hasCode, withoutStack } from './errors.ts'

class SoldOutError extends AshlarError {
  readonly code = 'TEST_SOLD_OUT' as const
  readonly retryable = true
  readonly retryAfterMs = 1_500
}

const table = edgeTable({ TEST_SOLD_OUT: { status: 'failed_precondition', http: 409, title: 'Sold out' } })

test('an error is known by its code, also when its class comes from another copy', () => {
  const copy = Object.assign(new Error('elsewhere'), { code: 'TEST_SOLD_OUT' })
  assert.ok(hasCode(copy, 'TEST_SOLD_OUT'))
  assert.equal(hasCode(copy, 'OTHER'), false)
  assert.equal(codeOf('a string'), undefined)
  assert.equal(new SoldOutError('x').name, 'SoldOutError')
})

test('the edge tells what the table knows: status, sentence, whether and when to try again', () => {
  const told = toEdgeError(new SoldOutError('none left'), table)
  assert.deepEqual(told, {
    status: 'failed_precondition',
    http: 409,
    title: 'Sold out',
    code: 'TEST_SOLD_OUT',
    detail: 'none left',
    retryable: true,
    retryAfterMs: 1_500,
    issues: [],
  })
})

test('an error that the table does not know tells nothing about itself', () => {
  for (const secret of [
    new Error('select * from users'),
    Object.assign(new Error('x'), { code: '23505' }),
    'text',
    null,
  ]) {
    const told = toEdgeError(secret, table)
    assert.equal(told.code, 'ASHLAR_INTERNAL')
    assert.equal(told.http, 500)
    assert.doesNotMatch(told.detail, /select|23505/)
  }
})

test('a row with a sentence of its own keeps the error’s to the inside', () => {
  const row = { ...statusRows.unavailable, detail: 'Try again shortly.' }
  const told = toEdgeError(new SoldOutError('no answer from 10.0.0.7:5432'), edgeTable({ TEST_SOLD_OUT: row }))
  assert.equal(told.detail, 'Try again shortly.')
})

test('a delay that is no number to count to is left out', () => {
  for (const retryAfterMs of [Infinity, Number.NaN, '5']) {
    const error = Object.assign(new DeadlineExceededError(), { retryAfterMs })
    assert.equal(toEdgeError(error, table).retryAfterMs, undefined)
  }
})

test('invalid input says everything that is wrong', () => {
  const issues = [
    { path: 'email', message: 'must be an email address' },
    { path: '', message: 'must not be empty' },
  ]
  const error = new InvalidInputError(issues)
  assert.equal(error.message, 'email must be an email address; must not be empty')
  assert.deepEqual(toEdgeError(error, table).issues, issues)
})

test('a code has one meaning: giving a row twice is a mistake', () => {
  assert.throws(() => edgeTable({ A: statusRows.aborted }, { A: statusRows.internal }), /code A is given twice/)
})

test('a refusal carries no stack and costs none to others', () => {
  const before = Error.stackTraceLimit
  const refusal = withoutStack(() => new DeadlineExceededError())
  assert.doesNotMatch(refusal.stack ?? '', /\n\s+at /)
  assert.equal(Error.stackTraceLimit, before)
})
