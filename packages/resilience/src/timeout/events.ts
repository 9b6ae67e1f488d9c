import { channel, type Channel } from '@ashlar/kernel'

export interface AttemptTimedOut {
  readonly policy: string
  readonly attempt: number
  readonly timeoutMs: number
}

export const attemptTimedOut: Channel<AttemptTimedOut> = channel('ashlar:resilience:attempt-timed-out', {
  description: 'An attempt took longer than it may, and was told to stop.',
  fields: {
    policy: 'name of the policy',
    attempt: 'which attempt, 1 for the first',
    timeoutMs: 'how long it could have taken, in milliseconds',
  },
  metrics: [{ name: 'ashlar.resilience.timeouts', kind: 'counter', unit: '{attempt}', attributes: ['policy'] }],
  log: {
    level: 'debug',
    message: 'an attempt took longer than it may',
    attributes: ['policy', 'attempt', 'timeoutMs'],
  },
})
