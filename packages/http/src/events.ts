import { channel, type Channel, type StatusName, type TraceContext } from '@ashlar/kernel'

/** A request that a server is done with, whatever became of it. */
export interface ServerRequest {
  readonly name: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly outcome: StatusName | undefined
  readonly durationMs: number
  readonly ageMs: number
  readonly seconds: number
  readonly trace: TraceContext
  readonly parentSpanId: string | undefined
  readonly error: unknown
}

/**
 * Published when the answer has been handed over, and also when the handler threw, the shell refused or the client went
 * away. What never became a request is not: a head that the platform's parser refuses, a connection beyond the limits.
 */
export const serverRequest: Channel<ServerRequest> = channel('ashlar:http:server-request', {
  description: 'An HTTP server is done with a request: answered, refused, or given up by its client.',
  fields: {
    name: 'method and route',
    method: 'as sent; `_OTHER` for one that is not of RFC 9110, nor PATCH',
    route: 'template of the path, as the handler says; `(none)` where it says none',
    status: 'of the answer; 101 for a connection handed over, 499 where the client went away before the head was sent',
    outcome: 'what kind of failure the answer tells, such as `not_found`; undefined where it tells none',
    durationMs: 'milliseconds until the answer was there; of one that comes in pieces, until the last was handed over',
    ageMs: 'milliseconds since it came; longer than it took by what writing the answer took',
    seconds: 'seconds until the answer was there; of one that comes in pieces, until its head was',
    trace: 'place in the trace, which the handler’s call had',
    parentSpanId: 'span of the caller, from `traceparent`; undefined for the first of a trace',
    error: 'what was thrown, or else the status as text, for 499 and from 500 on, and for a body that failed half-way',
  },
  metrics: [
    {
      name: 'http_requests_total',
      kind: 'counter',
      unit: '{request}',
      attributes: ['method', 'route', 'status'],
    },
    {
      name: 'http_request_duration_seconds',
      kind: 'histogram',
      field: 'seconds',
      unit: 's',
      attributes: ['method', 'route'],
    },
  ],
  span: {
    name: 'http request',
    nameField: 'name',
    kind: 'server',
    traceField: 'trace',
    parentField: 'parentSpanId',
    durationField: 'durationMs',
    ageField: 'ageMs',
    errorField: 'error',
    attributes: ['method', 'route', 'status', 'outcome'],
  },
})
