import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUuid } from '@ashlar/kernel'
import { openingCatalogue } from './catalogue.ts'

const { categories, products } = openingCatalogue()

function duplicates(values: readonly string[]): readonly string[] {
  return values.filter((value, at) => values.indexOf(value) !== at)
}

test('there are 36 categories of 32 products, each known by its own id, article number and name', () => {
  assert.equal(categories.length, 36)
  assert.equal(products.length, 1_152)
  for (const { slug } of categories) {
    assert.equal(products.filter(({ categorySlug }) => categorySlug === slug).length, 32, slug)
  }
  assert.ok(products.every(({ id }) => isUuid(id)))
  assert.deepEqual(duplicates(products.map(({ id }) => id)), [])
  assert.deepEqual(duplicates(products.map(({ sku }) => sku)), [])
  assert.deepEqual(duplicates(products.map(({ categorySlug, name }) => `${categorySlug} ${name}`)), [])
})

test('the catalogue is the same each time it is made: ids may be written down', () => {
  assert.deepEqual(openingCatalogue().products, products)
  assert.deepEqual(
    products.slice(0, 2).map(({ id }) => id),
    ['3c5bfa77-edb1-5b87-a341-1d8b15b02393', 'a7beef37-a917-54d5-bde2-6b7c7c7ea9a4'],
  )
})

test('prices end in .90, .00 or .50, and a sofa costs more than a pen', () => {
  for (const { price, name } of products) {
    assert.ok([90, 0, 50].includes(price.amountMinor % 100), name)
    assert.ok(price.amountMinor >= 200 && price.amountMinor <= 350_000, name)
  }
  const cheapestSofa = Math.min(...products.filter((p) => p.categorySlug === 'sofas').map((p) => p.price.amountMinor))
  const dearestPen = Math.max(...products.filter((p) => p.categorySlug === 'pens').map((p) => p.price.amountMinor))
  assert.ok(cheapestSofa > dearestPen)
})

test('every product has a description of its own, four to seven attributes, and a rating', () => {
  assert.deepEqual(duplicates(products.map(({ description }) => description)), [])
  for (const product of products) {
    assert.match(product.description, /^\p{Lu}[^{}]{40,600}[.!]$/u)
    assert.ok(product.attributes.length >= 4 && product.attributes.length <= 7)
    assert.ok(product.ratingTenths >= 30 && product.ratingTenths <= 50)
    assert.match(product.colour, /^#[0-9a-f]{6}$/)
    assert.doesNotMatch(product.name, /(\b\w+\b) \1/i)
  }
})

test('most products are in plenty; some are nearly gone, and a few are', () => {
  const stocks = products.map(({ initialStock }) => initialStock)
  const count = (from: number, to: number): number => stocks.filter((stock) => stock >= from && stock <= to).length
  assert.ok(count(0, 0) >= 20 && count(0, 0) <= 90)
  assert.ok(count(1, 5) >= 60)
  assert.ok(count(20, 200) >= 900)
  assert.equal(count(0, 0) + count(1, 5) + count(20, 200), 1_152)
})
