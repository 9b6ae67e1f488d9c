export { createMemoryDedupe } from './memory-dedupe.ts'
export { createMemoryOutbox, type MemoryOutboxOptions } from './memory-outbox.ts'
export { memoryTransaction, type MemoryTransaction } from './transaction.ts'
