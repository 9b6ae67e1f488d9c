import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidInputError } from '@ashlar/kernel'
import { readQuery, type QueryReader } from './query.ts'

const read = <T>(query: string, use: (reader: QueryReader) => T): T => readQuery(new URLSearchParams(query), use)
const sorts = { popular: 0, price: 1 }

test('parameters are typed; what is absent or empty has its default', () => {
  const all = (reader: QueryReader): unknown[] => [
    reader.text('query'),
    reader.integer('pageSize'),
    reader.boolean('inStock'),
    reader.choice('sort', sorts, 0),
    reader.choices('by', sorts),
  ]
  const given = 'query=a+b&pageSize=24&inStock=true&sort=price&by=price&by=popular&by=price'
  assert.deepEqual(read(given, all), ['a b', 24, true, 1, [1, 0, 1]])
  assert.deepEqual(read('', all), ['', 0, false, 0, []])
  assert.deepEqual(read('query=&pageSize=&sort=&by=', all), ['', 0, false, 0, []])
})

test('every parameter that does not fit is named, with what would', () => {
  assert.throws(
    () =>
      read('pageSize=-1&inStock=yes&sort=constructor&by=price&by=__proto__', (reader) => [
        reader.integer('pageSize'),
        reader.boolean('inStock'),
        reader.choice('sort', sorts, 0),
        reader.choices('by', sorts),
      ]),
    (error) => {
      assert.ok(error instanceof InvalidInputError)
      assert.deepEqual(
        error.issues.map(({ path, message }) => `${path} ${message}`),
        [
          'pageSize must be a whole number of 0 to 999999999',
          'inStock must be true or false',
          'sort must be one of popular, price',
          'by must be one of popular, price',
        ],
      )
      return true
    },
  )
  for (const text of ['1.5', '1e3', '0x10', ' 1', '9999999999', 'NaN']) {
    assert.throws(() => read(new URLSearchParams({ n: text }).toString(), (reader) => reader.integer('n')), text)
  }
})
