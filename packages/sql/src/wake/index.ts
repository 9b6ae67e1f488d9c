export { wakeConnection, wakeListenerFailed, type WakeConnection, type WakeListenerFailed } from './events.ts'
export type { WakeListener, WakeOptions, WakeReason, WakeUp } from './options.ts'
export { openWake, type Wake } from './wake.ts'
