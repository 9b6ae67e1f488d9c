/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byDepartment } from './departments.ts'

const category = (slug: string): { slug: string; name: string; productCount: number } => ({
  slug,
  name: slug,
  productCount: 1,
})

test('every category is in exactly one department, also one that the shop has not heard of', () => {
  const groups = byDepartment(['sofas', 'mugs', 'bird-houses', 'plates'].map(category))
  assert.deepEqual(
    groups.map((group) => [group.name, group.categories.map(({ slug }) => slug)]),
    [
      ['Table', ['mugs', 'plates']],
      ['Furniture', ['sofas']],
      ['More', ['bird-houses']],
    ],
  )
})
