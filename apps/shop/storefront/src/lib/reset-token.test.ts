/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resetToken } from './reset-token.ts'

test('the token is read from the fragment of the link, and from nothing else', () => {
  assert.equal(resetToken('#token=abcDEF_123-456.789'), 'abcDEF_123-456.789')
  for (const fragment of [
    '',
    '#',
    '#token=',
    '#token=short',
    '#other=abcdefghijklmnopq',
    '#token=<script>alert(1)</script>',
  ]) {
    assert.equal(resetToken(fragment), undefined, fragment)
  }
})
