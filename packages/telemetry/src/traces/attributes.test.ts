import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AshlarError, withoutStack } from '@ashlar/kernel'
import { boundedAttributes, boundedText, errorName, type SpanCuts } from './attributes.ts'
import type { Attributes } from './span-record.ts'

const noCuts = (): SpanCuts => ({ leftOut: 0, shortened: 0 })
const many = (count: number): Attributes => Object.fromEntries(Array.from({ length: count }, (_, at) => [`a${at}`, at]))

test('attributes within their bounds are taken as they are, without a copy', () => {
  const cuts = noCuts()
  for (const attributes of [{}, { text: 'x'.repeat(1_024), number: 1.5, yes: true }, many(64)]) {
    assert.equal(boundedAttributes(attributes, cuts), attributes)
  }
  assert.deepEqual(cuts, noCuts())
})

test('the 65th attribute is left out and counted, as is one whose name is too long', () => {
  const cuts = noCuts()
  const bounded = boundedAttributes(many(70), cuts)
  assert.deepEqual(bounded, many(64))
  assert.deepEqual(cuts, { leftOut: 6, shortened: 0 })
  assert.deepEqual(boundedAttributes(many(65), cuts), many(64))
  assert.deepEqual(boundedAttributes({ ['n'.repeat(257)]: 1, good: 2 }, cuts), { good: 2 })
})

test('a long text is cut at 1,024 characters and counted, and what was given stays as it was', () => {
  const cuts = noCuts()
  const given = { long: 'x'.repeat(5_000), list: ['y'.repeat(2_000), 'z'] }
  const bounded = boundedAttributes(given, cuts)
  assert.deepEqual(bounded, { long: 'x'.repeat(1_024), list: ['y'.repeat(1_024), 'z'] })
  assert.equal(given.long.length, 5_000)
  assert.deepEqual(cuts, { leftOut: 0, shortened: 2 })
})

test('attributes that are within their bounds each but not together lose those that do not fit, and that is counted', () => {
  const cuts = noCuts()
  const texts = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`t${at + 10}`, 'x'.repeat(1_021)]))
  // 16 times 1,024 characters.
  const within = Object.fromEntries(Object.entries(texts).slice(0, 16))
  assert.equal(boundedAttributes(within, cuts), within)
  assert.deepEqual(boundedAttributes({ ...texts, '': '' }, cuts), { ...within, '': '' })
  assert.deepEqual(cuts, { leftOut: 4, shortened: 0 })
  const long = Object.fromEntries(Array.from({ length: 13 }, (_, at) => [`${at + 10}`.repeat(128), 'x'.repeat(1_024)]))
  assert.equal(Object.keys(boundedAttributes(long, cuts)).length, 12)
  const lists = { a: Array.from({ length: 63 }, () => 'x'.repeat(252)), b: 1, c: [''], d: true }
  assert.deepEqual(boundedAttributes({ ...lists, more: '' }, cuts, 1 + 63 * 260 + 3 * 9), lists)
  assert.deepEqual(cuts, { leftOut: 6, shortened: 0 })
})

test('a text is never cut within a character', () => {
  const cut = boundedText(`${'x'.repeat(1_023)}😀`, noCuts())
  assert.equal(cut, 'x'.repeat(1_023))
  assert.ok(boundedText(`${'x'.repeat(1_022)}😀y`, noCuts()).isWellFormed())
})

test('what an attribute cannot hold is left out and counted, whatever the types say', () => {
  const cuts = noCuts()
  const odd = { object: {}, nothing: null, missing: undefined, mixed: [1, 'a'], big: 1n, symbol: Symbol('s'), run() {} }
  const given = { ...odd, good: 1, ['n'.repeat(300)]: 1, yes: [true, false] } as unknown as Attributes
  assert.deepEqual(boundedAttributes(given, cuts), { good: 1, yes: [true, false] })
  assert.equal(cuts.leftOut, 8)
})

test('a list is cut at 64 items', () => {
  const cuts = noCuts()
  const { list } = boundedAttributes({ list: Array.from({ length: 100 }, (_, at) => at) }, cuts)
  assert.equal((list as number[]).length, 64)
  assert.equal(cuts.leftOut, 1)
})

test('an error is told by its code or its class, and never by its message', () => {
  class CardRefusedError extends AshlarError {
    readonly code = 'SHOP_CARD_REFUSED' as const
    readonly retryable = false
  }
  assert.equal(
    errorName(withoutStack(() => new CardRefusedError('card 4111 1111 1111 1111 of Ada'))),
    'SHOP_CARD_REFUSED',
  )
  assert.equal(errorName(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })), 'ECONNREFUSED')
  assert.equal(errorName(new TypeError('Ada')), 'TypeError')
  assert.equal(errorName('a message that somebody threw'), 'string')
  assert.equal(errorName(undefined), 'undefined')
})

test('an error that throws when it is looked at has a name all the same', () => {
  const hostile = Object.defineProperty(new Error('x'), 'code', {
    get: () => {
      throw new Error('no')
    },
  })
  assert.equal(errorName(hostile), 'Error')
  assert.equal(errorName(Object.assign(new Error('x'), { code: 'c'.repeat(9_999) })).length, 256)
})
