import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { edgeTable, statusRows, toEdgeError, type EdgeRow, type StatusName } from './edge.ts'

const names = Object.keys(statusRows) as StatusName[]
const code = fc
  .string({ unit: fc.constantFrom('A', 'B', '_'), minLength: 1, maxLength: 3 })
  .map((text) => `TEST_${text}`)
const row: fc.Arbitrary<EdgeRow> = fc.constantFrom(...names).map((name) => statusRows[name])
const part = fc.dictionary(code, row, { maxKeys: 4 })

test('a table knows exactly the codes that it was given, and refuses those that are given twice', () => {
  const property = fc.property(fc.array(part, { maxLength: 3 }), fc.array(code), (parts, asked) => {
    const entries = parts.flatMap((one) => Object.entries(one))
    const model = new Map(entries)
    if (model.size < entries.length) {
      assert.throws(() => edgeTable(...parts), /is given twice/)
      return
    }
    const table = edgeTable(...parts)
    for (const one of [...asked, ...model.keys()]) assert.deepEqual(table.row(one), model.get(one))
  })
  fc.assert(property, { numRuns: 500 })
})

test('an error’s message leaves the process only when the table has its code and no sentence of its own', () => {
  const secret = 'select * from users'
  const property = fc.property(part, code, fc.option(fc.constant('Try later.')), (rows, thrown, detail) => {
    const told = Object.fromEntries(
      Object.entries(rows).map(([key, value]) => [key, detail === null ? value : { ...value, detail }]),
    )
    const seen = toEdgeError(Object.assign(new Error(secret), { code: thrown }), edgeTable(told))
    const isKnown = Object.hasOwn(rows, thrown)
    assert.equal(seen.code, isKnown ? thrown : 'ASHLAR_INTERNAL')
    assert.equal(seen.http, isKnown ? rows[thrown]?.http : 500)
    assert.equal(seen.detail === secret, isKnown && detail === null)
    assert.equal(JSON.stringify(seen).includes(secret), isKnown && detail === null)
  })
  fc.assert(property, { numRuns: 500 })
})
