import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidInputError } from '@ashlar/kernel'
import { characterCount, validate } from './validate.ts'

function issuesOf(work: Parameters<typeof validate>[0]): readonly string[] {
  try {
    validate(work)
    return []
  } catch (error) {
    assert.ok(error instanceof InvalidInputError)
    return error.issues.map(({ path, message }) => `${path} ${message}`)
  }
}

test('every issue is reported, not only the first', () => {
  const issues = issuesOf((check) => {
    check.text('name', '   ', { min: 1, max: 5 })
    check.integer('lines[0].quantity', 0, { min: 1, max: 99 })
    check.uuid('userId', 'me')
    check.required('address', undefined, () => 'never called')
  })
  assert.deepEqual(issues, [
    'name is required',
    'lines[0].quantity must be 1 to 99, got 0',
    'userId must be a UUID',
    'address is required',
  ])
})

test('text comes back trimmed, ids in lower case', () => {
  const id = '0190A5D2-0000-7000-8000-0000000000AB'
  assert.deepEqual(
    validate((check) => [check.text('name', ' Ann ', { min: 1, max: 5 }), check.uuid('id', id)]),
    ['Ann', id.toLowerCase()],
  )
})

test('control characters are refused, also NUL, which the database could not store', () => {
  for (const bad of ['a\u0000b', 'a\nb', 'a\u007fb', 'a\u2028b', 'a\u202eb']) {
    assert.deepEqual(
      issuesOf((check) => check.text('name', bad, { min: 1, max: 5 })),
      ['name must not contain control characters'],
    )
  }
})

test('text of which nothing can be seen counts as none', () => {
  for (const bad of ['\u200b', '\u2060 \u00ad', '\u200d']) {
    assert.deepEqual(
      issuesOf((check) => check.text('name', bad, { min: 1, max: 5 })),
      ['name is required'],
    )
  }
  assert.equal(
    validate((check) => check.text('name', '👩\u200d🚀', { min: 1, max: 5 })),
    '👩\u200d🚀',
  )
})

test('an emoji counts as one character', () => {
  assert.equal(characterCount('a🙂'), 2)
})
