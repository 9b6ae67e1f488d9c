import { channel, type Channel } from '@ashlar/kernel'

export interface BatchFlushed {
  readonly batch: string
  readonly items: number
  readonly queued: number
  readonly durationMs: number
  readonly error: unknown
}

export const batchFlushed: Channel<BatchFlushed> = channel('ashlar:sql:batch-flushed', {
  description: 'A flush of a batch has ended.',
  fields: {
    batch: 'name of the batch',
    items: 'how many items it took',
    queued: 'how many waited when it ended',
    durationMs: 'milliseconds that it took',
    error: 'what it rejected with; undefined when it did not',
  },
  metrics: [
    { name: 'ashlar.sql.batch.items', kind: 'histogram', unit: '{item}', field: 'items', attributes: ['batch'] },
    { name: 'ashlar.sql.batch.queued', kind: 'gauge', unit: '{item}', field: 'queued', attributes: ['batch'] },
    {
      name: 'ashlar.sql.batch.duration',
      kind: 'histogram',
      unit: 'ms',
      field: 'durationMs',
      attributes: ['batch', 'error'],
    },
  ],
})
