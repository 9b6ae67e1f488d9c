import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import { decodePageToken, encodePageToken } from './page-token.ts'

const cursor = { key: 1999, id: '0190a5d2-0000-7000-8000-0000000000ab' }

function refused(scope: string, token: string): void {
  assert.throws(
    () => decodePageToken(scope, token),
    (error) => hasCode(error, 'ASHLAR_INVALID_INPUT') && error.message.startsWith('pageToken '),
  )
}

test('a token leads back to its cursor; the empty token is the first page', () => {
  assert.deepEqual(decodePageToken('mugs', encodePageToken('mugs', cursor)), cursor)
  assert.equal(decodePageToken('mugs', ''), undefined)
})

test('a token of another list is refused', () => {
  refused('plates', encodePageToken('mugs', cursor))
})

test('a token with any one character changed or cut is refused', () => {
  const token = encodePageToken('mugs', cursor)
  for (let at = 0; at < token.length - 1; at++) {
    refused('mugs', token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1))
    if (at > 0) refused('mugs', token.slice(0, at))
  }
})

test('nonsense is refused, not crashed on', () => {
  for (const nonsense of ['x', '\u0000', '{"key":1}', 'A'.repeat(10_000), '%%%']) refused('mugs', nonsense)
})

test('a forged token that no list could have given is refused before it reaches a database', () => {
  for (const body of ['1:zzz', `${'9'.repeat(16)}:${cursor.id}`, `-1:${cursor.id}`, `8640000000000001:${cursor.id}`]) {
    const checkSum = createHash('sha256').update(`mugs\n${body}`).digest('base64url').slice(0, 16)
    refused('mugs', Buffer.from(checkSum + body).toString('base64url'))
  }
})
