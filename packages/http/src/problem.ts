import { currentCall, hasCode, toEdgeError, type EdgeTable, type Issue } from '@ashlar/kernel'
import { httpEdge, type MethodNotAllowedError } from './errors.ts'
import type { HttpResponse } from './message.ts'

/** A problem document. Source: RFC 9457, with members of our own after `detail`. */
export interface Problem {
  /** `urn:ashlar:problem:<code>` */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance?: string
  readonly code: string
  readonly retryable: boolean
  readonly issues?: readonly Issue[]
  readonly traceId?: string
}

export interface ProblemExtras {
  /** A URI of this very occurrence. */
  readonly instance?: string
  /** @default the current call's */
  readonly traceId?: string
}

/**
 * The answer for `error`: a problem document with the status and the words that the table allows, or this package's own
 * table. An error that neither knows is answered with 500 and a fixed sentence.
 */
export function problemResponse(error: unknown, edge: EdgeTable, extras: ProblemExtras = {}): HttpResponse {
  const told = toEdgeError(error, httpEdge(edge))
  const traceId = extras.traceId ?? currentCall()?.trace.traceId
  const problem: Problem = {
    type: `urn:ashlar:problem:${told.code}`,
    title: told.title,
    status: told.http,
    detail: told.detail,
    ...(extras.instance === undefined ? {} : { instance: extras.instance }),
    code: told.code,
    retryable: told.retryable,
    ...(told.issues.length === 0 ? {} : { issues: told.issues }),
    ...(traceId === undefined ? {} : { traceId }),
  }
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  // Whole seconds are all the header can say; rounding up keeps a client from coming back too early.
  if (told.retryAfterMs !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(told.retryAfterMs / 1000)))
  if (told.http === 401) headers['www-authenticate'] = 'Bearer'
  if (hasCode(error, 'ASHLAR_HTTP_METHOD_NOT_ALLOWED')) {
    headers['allow'] = (error as MethodNotAllowedError).allow.join(', ')
  }
  return { status: told.http, headers, body: JSON.stringify(problem), failure: { error, status: told.status } }
}
