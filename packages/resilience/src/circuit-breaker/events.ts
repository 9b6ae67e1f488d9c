import { channel, type Channel } from '@ashlar/kernel'
import type { BreakerState } from './breaker-core.ts'

export interface BreakerTransition {
  readonly breaker: string
  readonly from: BreakerState['kind']
  readonly to: BreakerState['kind']
  /** Of the window that was judged. */
  readonly calls: number
  readonly failures: number
  readonly slow: number
}

export interface BreakerRefusal {
  readonly breaker: string
  readonly retryAfterMs: number
}

export const breakerTransition: Channel<BreakerTransition> = channel('ashlar:resilience:breaker-transition', {
  description: 'A circuit breaker has changed its state.',
  fields: {
    breaker: 'name of the breaker',
    from: 'closed, open, half-open or isolated',
    to: 'closed, open, half-open or isolated',
    calls: 'calls in its window',
    failures: 'failed calls in its window',
    slow: 'slow calls in its window',
  },
  metrics: [
    {
      name: 'ashlar.resilience.breaker.transitions',
      kind: 'counter',
      unit: '{transition}',
      attributes: ['breaker', 'from', 'to'],
    },
  ],
  log: {
    level: 'warn',
    message: 'a circuit breaker has changed its state',
    attributes: ['breaker', 'from', 'to', 'calls', 'failures', 'slow'],
  },
})

export const breakerRefusal: Channel<BreakerRefusal> = channel('ashlar:resilience:breaker-refusal', {
  description: 'A circuit breaker has refused a call; the dependency was not called.',
  fields: { breaker: 'name of the breaker', retryAfterMs: 'when to try again, in milliseconds' },
  metrics: [{ name: 'ashlar.resilience.breaker.refusals', kind: 'counter', unit: '{call}', attributes: ['breaker'] }],
  log: { level: 'debug', message: 'a circuit breaker has refused a call', attributes: ['breaker', 'retryAfterMs'] },
})
