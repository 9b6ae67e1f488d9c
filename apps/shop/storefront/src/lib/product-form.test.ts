/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../api/problem.ts'
import type { ProductDraft } from '../api/types.ts'
import { checkDraft, checkSku, cleanDraft, contested, rebase, serverMistakes } from './product-form.ts'

const draft: ProductDraft = {
  name: 'Harbour mug',
  brand: 'Kilnside',
  categorySlug: 'mugs',
  description: 'Holds tea.',
  attributes: [{ name: 'Volume', value: '0.3 l' }],
  colour: '#b4532f',
}

test('rows of details that were left empty are not sent, and what is sent is trimmed', () => {
  const typed = { ...draft, name: ' Harbour mug ', attributes: [...draft.attributes, { name: ' ', value: '' }] }
  assert.deepEqual(cleanDraft(typed), draft)
})

test('a draft is only sent when every field makes sense', () => {
  assert.deepEqual(checkDraft(draft), {})
  const empty = { name: ' x', brand: '', categorySlug: '', description: '', attributes: [], colour: 'red' }
  assert.deepEqual(Object.keys(checkDraft(empty)).toSorted(), ['brand', 'categorySlug', 'colour', 'name'])
  const half = { ...draft, attributes: [{ name: 'Volume', value: '' }] }
  assert.match(checkDraft(half).attributes ?? '', /name and a value/)
  const twice = { ...draft, attributes: [...draft.attributes, { name: 'volume', value: '2' }] }
  assert.match(checkDraft(twice).attributes ?? '', /two details/)
})

test('an article number is capital letters, digits and hyphens', () => {
  assert.equal(checkSku('MUG-001'), undefined)
  for (const sku of ['', 'AB', 'mug-001', 'MUG 001', 'X'.repeat(41)]) assert.notEqual(checkSku(sku), undefined, sku)
})

test("the server's issues stand at the fields they are about, as sentences", () => {
  const error = new Problem({
    status: 400,
    code: 'ASHLAR_INVALID_INPUT',
    message: 'not valid',
    issues: [
      { path: 'draft.attributes[1].name', message: 'is required' },
      { path: 'draft.name', message: 'must be 2 to 120 characters, got 1' },
      { path: 'initialStock', message: 'must be 0 to 1000000, got -1' },
    ],
  })
  assert.deepEqual(serverMistakes(error, ['name', 'attributes', 'initialStock', 'sku']), {
    attributes: 'Is required.',
    name: 'Must be 2 to 120 characters, got 1.',
    initialStock: 'Must be 0 to 1000000, got -1.',
  })
  assert.deepEqual(serverMistakes(new Error('other'), ['name']), {})
})

test("loading somebody else's change keeps what was typed and takes the rest over", () => {
  const typed = { ...draft, name: 'Harbour mug, large' }
  const latest = { ...draft, name: 'Harbour cup', description: 'Holds coffee.' }
  assert.deepEqual(rebase(typed, draft, latest), { ...latest, name: 'Harbour mug, large' })
  assert.deepEqual(contested(typed, draft, latest), ['name'])
  assert.deepEqual(contested(draft, draft, latest), [])
})
