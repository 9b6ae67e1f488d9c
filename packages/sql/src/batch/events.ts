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
})
