import { channel, type Channel } from '@ashlar/kernel'

export interface RequestShed {
  readonly method: string
}

export const requestShed: Channel<RequestShed> = channel('ashlar:telemetry:request-shed', {
  description: 'A request was refused because the event loop had been late for too long.',
  fields: { method: 'the HTTP method' },
  metrics: [{ name: 'ashlar.telemetry.requests.shed', kind: 'counter', unit: '{request}', attributes: [] }],
})
