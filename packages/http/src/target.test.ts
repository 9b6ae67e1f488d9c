import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import { parseTarget } from './target.ts'

test('a target is split at its first question mark and otherwise left as it was sent', () => {
  assert.deepEqual(parseTarget('/a/b%20c?x=1?2', 100), { path: '/a/b%20c', search: 'x=1?2' })
  assert.deepEqual(parseTarget('/', 100), { path: '/', search: '' })
  assert.deepEqual(parseTarget('/shop.user.v1.UserService/GetUser', 100).path, '/shop.user.v1.UserService/GetUser')
})

const refused = {
  'the absolute form': 'http://169.254.169.254/latest',
  'the authority form': 'example.com:443',
  'the asterisk form': '*',
  'a parent segment': '/api/../admin',
  'a parent segment at the end': '/api/..',
  'a current segment': '/api/./admin',
  'an encoded parent segment': '/api/%2e%2E/admin',
  'a half-encoded parent segment': '/api/.%2e/admin',
  'a backslash': '/api\\..\\admin',
  'an encoded backslash': '/api/..%5Cadmin',
  'an encoded slash': '/api%2fadmin',
  'an encoded NUL': '/api/%00',
  'two slashes in a row': '//evil/x',
  'a percent sign that encodes nothing': '/50%',
  'encoded bytes that are not UTF-8': '/%ff',
  'a fragment': '/a#b',
  'a fragment after the query': '/a?b#c',
  'a character outside ASCII': '/caf\u00e9',
}

for (const [what, target] of Object.entries(refused)) {
  test(`${what} is refused: ${target}`, () => {
    assert.throws(
      () => parseTarget(target, 100),
      (error) => hasCode(error, 'ASHLAR_HTTP_BAD_REQUEST'),
    )
  })
}

test('a name that only begins with dots is a name', () => {
  assert.equal(parseTarget('/.well-known/..hidden/a..b', 100).path, '/.well-known/..hidden/a..b')
})

test('a target over the limit is too long, and one at the limit is not', () => {
  assert.equal(parseTarget('/' + 'a'.repeat(9), 10).path.length, 10)
  assert.throws(
    () => parseTarget('/' + 'a'.repeat(10), 10),
    (error) => hasCode(error, 'ASHLAR_HTTP_TARGET_TOO_LONG'),
  )
})
