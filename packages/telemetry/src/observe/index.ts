export type { LogSink } from './channel-logs.ts'
export { observe, type Observation, type ObserveOptions } from './observe.ts'
