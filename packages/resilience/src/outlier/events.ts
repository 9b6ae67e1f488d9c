import { channel, type Channel } from '@ashlar/kernel'

export interface EndpointEvent {
  readonly service: string
  readonly endpoint: string
}

const fields = { service: 'whose endpoint it is', endpoint: 'id of the endpoint' }

export const endpointEjected: Channel<EndpointEvent> = channel('ashlar:resilience:endpoint-ejected', {
  description: 'An endpoint has failed so much that it gets no calls for a while.',
  fields,
  metrics: [{ name: 'ashlar.resilience.ejections', kind: 'counter', unit: '{ejection}', attributes: ['service'] }],
  log: { level: 'warn', message: 'an endpoint gets no calls for a while', attributes: ['service', 'endpoint'] },
})

export const endpointReturned: Channel<EndpointEvent> = channel('ashlar:resilience:endpoint-returned', {
  description: 'An endpoint that was ejected gets calls again.',
  fields,
  log: { level: 'info', message: 'an endpoint gets calls again', attributes: ['service', 'endpoint'] },
})
