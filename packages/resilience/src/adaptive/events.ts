import { channel, type Channel } from '@ashlar/kernel'

export interface LimitChanged {
  readonly limiter: string
  readonly from: number
  readonly to: number
  readonly latencyMs: number
}

export const limitChanged: Channel<LimitChanged> = channel('ashlar:resilience:limit-changed', {
  description: 'An adaptive limit has changed how many calls may be under way.',
  fields: {
    limiter: 'name of the limit',
    from: 'calls that could be under way before',
    to: 'calls that can be under way now',
    latencyMs: 'how long calls took on average, in milliseconds',
  },
  metrics: [
    { name: 'ashlar.resilience.adaptive.limit', kind: 'gauge', unit: '{call}', field: 'to', attributes: ['limiter'] },
  ],
  log: { level: 'debug', message: 'an adaptive limit has changed', attributes: ['limiter', 'from', 'to', 'latencyMs'] },
})
