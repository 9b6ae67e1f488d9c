import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prefersHtml } from './accept.ts'

test('a page is for who would rather have one than JSON', () => {
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
  for (const accept of [
    browser,
    'text/html',
    'TEXT/HTML',
    'application/json;q=0.5, text/*',
    'text/html;q=0.2,*/*;q=0.1',
  ]) {
    assert.equal(prefersHtml(accept), true, accept)
  }
})

test('JSON is for everybody else, and for who says nothing or nonsense', () => {
  const json = ['application/json', '*/*', 'application/json, text/html', 'text/html;q=0', 'text/plain']
  const nonsense = ['', ',;', 'text/html;q=2', 'text/html;q=x', 'text/html;q=-1', 'html', 'a'.repeat(100_000)]
  for (const accept of [...json, ...nonsense, undefined]) assert.equal(prefersHtml(accept), false, accept)
})
