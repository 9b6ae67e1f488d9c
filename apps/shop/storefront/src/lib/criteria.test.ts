/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiQuery, everything, parseCriteria, shopUrl, type Criteria } from './criteria.ts'

const full: Criteria = {
  query: 'oak & ash',
  category: 'desk-lamps',
  sort: '-price',
  inStock: true,
  minPrice: 20,
  maxPrice: 150,
}

test('criteria survive the way into the address and back', () => {
  for (const criteria of [everything, full, { ...everything, query: 'ü+%/?#' }]) {
    assert.deepEqual(parseCriteria(shopUrl(criteria).split('?')[1] ?? ''), criteria)
  }
})

test('no criteria make the plain address', () => {
  assert.equal(shopUrl({}), '/shop')
  assert.equal(shopUrl({ category: 'mugs' }), '/shop?category=mugs')
})

test('what makes no sense in an address is left out', () => {
  assert.deepEqual(
    parseCriteria('sort=sideways&category=../etc&inStock=1&minPrice=-3&maxPrice=1e9&query=%20'),
    everything,
  )
})

test('a long search is cut to what the API takes', () => {
  assert.equal(parseCriteria(`query=${'a'.repeat(500)}`).query.length, 200)
})

test('the API is asked in cents, with the page that is wanted', () => {
  const asked = new URLSearchParams(apiQuery(full, { size: 24, token: 'next' }))
  assert.deepEqual(Object.fromEntries(asked), {
    query: 'oak & ash',
    category: 'desk-lamps',
    sort: '-price',
    inStock: 'true',
    minPrice: '2000',
    maxPrice: '15000',
    pageSize: '24',
    pageToken: 'next',
  })
  assert.equal(apiQuery({}, { size: 8 }), 'pageSize=8')
})
