import { channel, type Channel } from '@ashlar/kernel'

export interface Hedged {
  readonly policy: string
  /** The attempt that is being made: 2 for the first hedge. */
  readonly attempt: number
  /** How long the attempt before it had gone without an answer. */
  readonly afterMs: number
}

export const hedged: Channel<Hedged> = channel('ashlar:resilience:hedged', {
  description: 'An attempt is slow, and another is made beside it.',
  fields: {
    policy: 'name of the policy',
    attempt: 'the attempt that is being made, 2 for the first hedge',
    afterMs: 'how long the one before it had gone without an answer, in milliseconds',
  },
  metrics: [{ name: 'ashlar.resilience.hedges', kind: 'counter', unit: '{attempt}', attributes: ['policy'] }],
})
