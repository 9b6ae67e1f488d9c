import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toEdgeError } from '@ashlar/kernel'
import { BreakerOpenError } from '@ashlar/resilience'
import { QueryError, UnavailableError } from '@ashlar/sql'
import { shopEdge } from './edge.ts'
import { failureLog } from './failure-log.ts'
import { refusal } from './shop-errors.ts'

test('a refusal reaches the caller with its own code, sentence and status', () => {
  const edge = toEdgeError(refusal('SHOP_EMAIL_TAKEN', 'it is taken'), shopEdge)
  assert.deepEqual([edge.code, edge.detail, edge.http, edge.retryable], ['SHOP_EMAIL_TAKEN', 'it is taken', 409, false])
})

test('a refusal that passes says when to come back', () => {
  const edge = toEdgeError(refusal('SHOP_BUSY', 'later', { retryAfterMs: 500 }), shopEdge)
  assert.deepEqual([edge.http, edge.retryable, edge.retryAfterMs], [503, true, 500])
})

test('a database that is away is unavailable, never "not found"; failing SQL is told to nobody', () => {
  const away = toEdgeError(new UnavailableError('127.0.0.1:5432', 'the database is away'), shopEdge)
  assert.deepEqual([away.status, away.retryable], ['unavailable', true])
  const broken = toEdgeError(new QueryError('42P01', 'relation "product" does not exist'), shopEdge)
  assert.deepEqual([broken.status, broken.code], ['internal', 'ASHLAR_INTERNAL'])
  assert.doesNotMatch(broken.detail, /product|42P01/)
})

test('faults are logged with their cause; refusals are not, nor is what an open circuit refuses', () => {
  const lines: string[] = []
  const note =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push(`${level} ${message} ${(fields as { err: Error }).err.message}`)
  const onError = failureLog({ info: note('info'), warn: note('warn'), error: note('error') })
  onError(refusal('SHOP_EMAIL_TAKEN', 'it is taken'), '/a')
  onError(new Error('a bug'), '/b')
  onError(new UnavailableError('127.0.0.1:5432', 'the database is away'), '/c')
  assert.deepEqual(lines, ['error request failed a bug', 'warn request not served the database is away'])
  lines.length = 0
  const open = new BreakerOpenError({ breaker: 'bank', retryAfterMs: 1_000 })
  onError(open, '/d')
  onError(refusal('SHOP_BANK_UNAVAILABLE', 'it has been failing', { retryAfterMs: 1_000, cause: open }), '/e')
  onError(refusal('SHOP_BANK_UNAVAILABLE', 'no answer', { retryAfterMs: 1_000 }), '/f')
  assert.deepEqual(lines, ['warn request not served no answer'])
})
