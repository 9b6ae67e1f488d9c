import { channel, type Channel } from '@ashlar/kernel'

export interface BulkheadRefusal {
  readonly bulkhead: string
  readonly active: number
  readonly waitedMs: number
}

export const bulkheadRefusal: Channel<BulkheadRefusal> = channel('ashlar:resilience:bulkhead-refusal', {
  description: 'A bulkhead has refused a call: there was no slot, nor room to wait for one.',
  fields: {
    bulkhead: 'name of the bulkhead',
    active: 'calls under way',
    waitedMs: 'how long the call had waited, in milliseconds',
  },
  metrics: [{ name: 'ashlar.resilience.bulkhead.refusals', kind: 'counter', unit: '{call}', attributes: ['bulkhead'] }],
  log: { level: 'debug', message: 'a bulkhead has refused a call', attributes: ['bulkhead', 'active', 'waitedMs'] },
})
