import { channel, type Channel } from '@ashlar/kernel'

export interface FellBack {
  readonly policy: string
  readonly error: unknown
  /** Whether the fallback failed as well: the caller then got the first error. */
  readonly hasFailed: boolean
}

export const fellBack: Channel<FellBack> = channel('ashlar:resilience:fell-back', {
  description: 'A call has failed and its fallback was asked.',
  fields: {
    policy: 'name of the policy',
    error: 'why the call failed',
    hasFailed: 'whether the fallback failed as well',
  },
  metrics: [
    { name: 'ashlar.resilience.fallbacks', kind: 'counter', unit: '{call}', attributes: ['policy', 'hasFailed'] },
  ],
  log: {
    level: 'info',
    message: 'a call has failed and its fallback was asked',
    attributes: ['policy', 'hasFailed', 'error'],
  },
})
