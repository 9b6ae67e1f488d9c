export { Bulkhead, type BulkheadOptions } from './bulkhead.ts'
export { BulkheadFullError } from './errors.ts'
export { bulkheadRefusal, type BulkheadRefusal } from './events.ts'
