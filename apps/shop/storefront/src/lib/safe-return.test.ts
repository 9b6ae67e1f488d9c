/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { safeReturn } from './safe-return.ts'

test('a path of the shop is gone back to', () => {
  for (const path of ['/checkout', '/shop?query=mug&category=mugs', '/orders/0190-aa'])
    assert.equal(safeReturn(path), path)
})

test('an address elsewhere, a script and the sign-in itself lead to the account', () => {
  for (const next of [
    undefined,
    '',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/sign-in',
    '/register?x=1',
  ]) {
    assert.equal(safeReturn(next), '/account', String(next))
  }
})
