export { createBatch, type Batch } from './batch.ts'
export { BatchClosedError, batchEdgeRows, BatchFullError } from './errors.ts'
export { batchFlushed, type BatchFlushed } from './events.ts'
export type { BatchOptions, ItemOutcome } from './options.ts'
