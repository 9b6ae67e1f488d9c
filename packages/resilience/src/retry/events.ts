import { channel, type Channel } from '@ashlar/kernel'
import type { GiveUp } from './decide.ts'

export interface RetryScheduled {
  readonly policy: string
  /** The attempt that failed. */
  readonly attempt: number
  readonly delayMs: number
  readonly error: unknown
}

export interface RetryGivenUp {
  readonly policy: string
  readonly attempt: number
  readonly why: GiveUp
  readonly error: unknown
}

const shared = {
  policy: 'name of the policy',
  attempt: 'the attempt that failed, 1 for the first',
  error: 'why it failed',
}

export const retryScheduled: Channel<RetryScheduled> = channel('ashlar:resilience:retry-scheduled', {
  description: 'An attempt has failed and another will be made.',
  fields: { ...shared, delayMs: 'how long until then, in milliseconds' },
  metrics: [{ name: 'ashlar.resilience.retries', kind: 'counter', unit: '{retry}', attributes: ['policy'] }],
  log: {
    level: 'debug',
    message: 'an attempt has failed and another will be made',
    attributes: ['policy', 'attempt', 'delayMs', 'error'],
  },
})

export const retryGivenUp: Channel<RetryGivenUp> = channel('ashlar:resilience:retry-given-up', {
  description: 'An attempt has failed, and no other will be made.',
  fields: {
    ...shared,
    why: 'attempts, not-retryable, not-idempotent, already-retried, deadline, push-back or budget',
  },
  metrics: [
    { name: 'ashlar.resilience.retries.given_up', kind: 'counter', unit: '{call}', attributes: ['policy', 'why'] },
  ],
  log: {
    level: 'info',
    message: 'an attempt has failed and no other will be made',
    attributes: ['policy', 'attempt', 'why', 'error'],
  },
})
