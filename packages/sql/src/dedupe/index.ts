export type { Dedupe } from './dedupe.ts'
export { messageRepeated, type MessageRepeated } from './events.ts'
export { createDedupe, migrateDedupe } from './postgres-dedupe.ts'
