import { channel, type Channel } from '@ashlar/kernel'

export interface RateRefusal {
  readonly limiter: string
  readonly retryAfterMs: number
}

export interface KeyEvicted {
  readonly limiter: string
  readonly keys: number
}

export interface RateStoreFailure {
  readonly limiter: string
  readonly answer: 'open' | 'closed' | 'local'
  readonly code: string
}

export const rateRefusal: Channel<RateRefusal> = channel('ashlar:resilience:rate-refusal', {
  description: 'A rate limiter has refused a call. The key is not told: it may be a person.',
  fields: { limiter: 'name of the limiter', retryAfterMs: 'when to try again, in milliseconds' },
  metrics: [
    { name: 'ashlar.resilience.rate_limit.refusals', kind: 'counter', unit: '{call}', attributes: ['limiter'] },
  ],
  log: { level: 'debug', message: 'a rate limiter has refused a call', attributes: ['limiter', 'retryAfterMs'] },
})

export const keyEvicted: Channel<KeyEvicted> = channel('ashlar:resilience:rate-key-evicted', {
  description: 'A rate limiter had to forget a key that was not idle, to keep its bound: that key starts afresh.',
  fields: { limiter: 'name of the limiter', keys: 'keys that it keeps at the most' },
  metrics: [
    { name: 'ashlar.resilience.rate_limit.evictions', kind: 'counter', unit: '{key}', attributes: ['limiter'] },
  ],
  log: {
    level: 'warn',
    message: 'a rate limiter had to forget a key that was not idle',
    attributes: ['limiter', 'keys'],
  },
})

export const rateStoreFailure: Channel<RateStoreFailure> = channel('ashlar:resilience:rate-store-failure', {
  description: 'A rate limiter that processes share had to answer without its store.',
  fields: {
    limiter: 'name of the limiter',
    answer: 'open, closed or local: what it goes by then',
    code: "the error's code, or its name; ASHLAR_BREAKER_OPEN where the store was not asked",
  },
  metrics: [
    {
      name: 'ashlar.resilience.rate_limit.store_failures',
      kind: 'counter',
      unit: '{call}',
      attributes: ['limiter', 'answer', 'code'],
    },
  ],
})
