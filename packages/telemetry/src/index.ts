export { observe, type LogSink, type Observation, type ObserveOptions } from './observe/index.ts'
