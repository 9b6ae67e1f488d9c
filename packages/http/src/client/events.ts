import { channel, type Channel, type TraceContext } from '@ashlar/kernel'

/** A request that was sent, or tried to be. */
export interface ClientRequest {
  readonly name: string
  readonly peer: string
  readonly method: string
  readonly status: number | undefined
  readonly attempt: number
  readonly durationMs: number
  readonly trace: TraceContext
  readonly parentSpanId: string | undefined
  readonly error: unknown
}

/** Published once for each attempt of a policy: each goes out with a span id of its own. */
export const clientRequest: Channel<ClientRequest> = channel('ashlar:http:client-request', {
  description: 'An attempt at a request of an HTTP client has ended.',
  fields: {
    name: 'method and peer',
    peer: 'name of who was asked',
    method: 'as sent',
    status: 'of the answer; undefined when none came',
    attempt: 'which attempt at the same request it was, from 1',
    durationMs: 'milliseconds, waiting for a connection included',
    trace: 'place in the trace: its span id went out in `traceparent`',
    parentSpanId: 'span of the call that asked; undefined where no span stands for it',
    error: 'what the attempt was rejected with, or else the status as text, from 500 on',
  },
  metrics: [
    {
      name: 'ashlar.http.client.duration',
      kind: 'histogram',
      field: 'durationMs',
      unit: 'ms',
      attributes: ['peer', 'method', 'status', 'error'],
    },
  ],
  span: {
    name: 'http request',
    nameField: 'name',
    kind: 'client',
    traceField: 'trace',
    parentField: 'parentSpanId',
    durationField: 'durationMs',
    errorField: 'error',
    attributes: ['peer', 'method', 'status', 'attempt'],
  },
})
