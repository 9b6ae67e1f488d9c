import { channel, type Channel, type StatusName, type TraceContext } from '@ashlar/kernel'

/** A call that was sent to another service, or tried to be. */
export interface ClientCall {
  readonly service: string
  readonly procedure: string
  readonly status: StatusName | 'ok'
  readonly code: string | undefined
  readonly attempt: number
  readonly durationMs: number
  readonly trace: TraceContext
  readonly parentSpanId: string | undefined
  readonly error: unknown
}

/** Published once for each attempt of a policy: each goes out with a span id of its own. */
export const clientCall: Channel<ClientCall> = channel('ashlar:rpc:client-call', {
  description: 'An attempt at a call of another service has ended.',
  fields: {
    service: 'name of the callee',
    procedure: '`package.Service/Method`',
    status: '`ok`, or what kind of failure it was, such as `not_found`',
    code: 'code of the failure; undefined where it has none',
    attempt: 'which attempt at the same call it was, from 1',
    durationMs: 'milliseconds, waiting for a connection included',
    trace: 'place in the trace: its span id went out in `traceparent`',
    parentSpanId: 'span of the work that calls; undefined where no span stands for it',
    error: 'what the attempt was rejected with, unless it is the answer of a callee that is well: `not_found`, say',
  },
  metrics: [
    {
      name: 'ashlar.rpc.client.duration',
      kind: 'histogram',
      field: 'durationMs',
      unit: 'ms',
      attributes: ['service', 'procedure', 'status'],
    },
  ],
  span: {
    name: 'rpc call',
    nameField: 'procedure',
    kind: 'client',
    traceField: 'trace',
    parentField: 'parentSpanId',
    durationField: 'durationMs',
    errorField: 'error',
    attributes: ['service', 'status', 'code', 'attempt'],
  },
})
