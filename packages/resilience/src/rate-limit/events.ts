import { channel, type Channel } from '@ashlar/kernel'

export interface RateRefusal {
  readonly limiter: string
  readonly retryAfterMs: number
}

export interface KeyEvicted {
  readonly limiter: string
  readonly keys: number
}

export const rateRefusal: Channel<RateRefusal> = channel('ashlar:resilience:rate-refusal', {
  description: 'A rate limiter has refused a call. The key is not told: it may be a person.',
  fields: { limiter: 'name of the limiter', retryAfterMs: 'when to try again, in milliseconds' },
  metrics: [
    { name: 'ashlar.resilience.rate_limit.refusals', kind: 'counter', unit: '{call}', attributes: ['limiter'] },
  ],
})

export const keyEvicted: Channel<KeyEvicted> = channel('ashlar:resilience:rate-key-evicted', {
  description: 'A rate limiter had to forget a key that was not idle, to keep its bound: that key starts afresh.',
  fields: { limiter: 'name of the limiter', keys: 'keys that it keeps at the most' },
  metrics: [
    { name: 'ashlar.resilience.rate_limit.evictions', kind: 'counter', unit: '{key}', attributes: ['limiter'] },
  ],
})
