import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AshlarError, InvalidInputError, edgeTable, newTrace, runCall, statusRows } from '@ashlar/kernel'
import { MethodNotAllowedError, httpEdgeRows } from './errors.ts'
import type { HttpResponse } from './message.ts'
import { problemResponse } from './problem.ts'

class BusyError extends AshlarError {
  readonly code = 'TEST_BUSY' as const
  readonly retryable = true
  readonly retryAfterMs = 1_200
}
class AnonymousError extends AshlarError {
  readonly code = 'TEST_ANONYMOUS' as const
  readonly retryable = false
}
const edge = edgeTable(httpEdgeRows, { TEST_BUSY: statusRows.unavailable, TEST_ANONYMOUS: statusRows.unauthenticated })

function documentOf(response: HttpResponse): Record<string, unknown> {
  return JSON.parse(response.body as string) as Record<string, unknown>
}

test('an error in the table is told with its code, title, detail and whether to try again', () => {
  const response = problemResponse(new BusyError('all hands are busy'), edge, { traceId: 'abc', instance: '/orders/1' })
  assert.equal(response.headers?.['content-type'], 'application/problem+json')
  assert.equal(response.headers['cache-control'], 'no-store')
  assert.deepEqual(documentOf(response), {
    type: 'urn:ashlar:problem:TEST_BUSY',
    title: 'Unavailable',
    status: 503,
    detail: 'all hands are busy',
    instance: '/orders/1',
    code: 'TEST_BUSY',
    retryable: true,
    traceId: 'abc',
  })
})

test('Retry-After is in whole seconds, rounded up', () => {
  assert.equal(problemResponse(new BusyError(''), edge).headers?.['retry-after'], '2')
})

test('a 401 says how to sign in, a 405 which methods there are', () => {
  assert.equal(problemResponse(new AnonymousError(''), edge).headers?.['www-authenticate'], 'Bearer')
  const refused = problemResponse(new MethodNotAllowedError({ method: 'PUT', allow: ['GET', 'POST'] }), edge)
  assert.equal(refused.status, 405)
  assert.equal(refused.headers?.['allow'], 'GET, POST')
})

test('every issue of an invalid input is told', () => {
  const issues = [{ path: 'lines[0].quantity', message: 'must be at least 1' }]
  const response = problemResponse(new InvalidInputError(issues), edge)
  assert.equal(response.status, 400)
  assert.deepEqual(documentOf(response)['issues'], issues)
})

test('an unknown error leaks nothing', () => {
  const response = problemResponse(new Error('select * from users'), edge)
  assert.equal(response.status, 500)
  assert.equal(documentOf(response)['code'], 'ASHLAR_INTERNAL')
  assert.ok(!(response.body as string).includes('select'))
  assert.equal(problemResponse('a string was thrown', edge).status, 500)
})

test('the trace id is the current call’s unless given', async () => {
  const trace = newTrace()
  const response = await runCall({ parent: null, trace }, async () => problemResponse(new BusyError(''), edge))
  assert.equal(documentOf(response)['traceId'], trace.traceId)
})
