export { AttemptTimeoutError } from './errors.ts'
export { attemptTimedOut, type AttemptTimedOut } from './events.ts'
export { timeout } from './timeout.ts'
