export { backoffDelayMs, type BackoffOptions } from './backoff.ts'
export {
  abortReason,
  currentCall,
  orAborted,
  remainingMs,
  runCall,
  runInContext,
  type CallContext,
  type CallOptions,
  type Principal,
} from './call.ts'
export { channel, type Channel, type ChannelDescriptor } from './channel.ts'
export { parseIsoTime, sleep, systemClock, toDate, toIsoTime, type Clock, type Timer } from './clock.ts'
export {
  edgeTable,
  statusRows,
  toEdgeError,
  unreachableRow,
  type EdgeError,
  type EdgeRow,
  type EdgeTable,
  type StatusName,
} from './edge.ts'
export {
  AshlarError,
  CancelledError,
  CombinedError,
  DeadlineExceededError,
  InvalidInputError,
  codeOf,
  hasCode,
  withoutStack,
  type Issue,
} from './errors.ts'
export { isUuid, newId, uuidGenerator } from './ids.ts'
export { closeAll, closeable, type Closeable, type Lifecycle, type LifecycleOptions } from './lifecycle.ts'
export { randomInteger, randomToken, systemRandom, type Random } from './random.ts'
export { childTrace, formatTraceparent, newTrace, parseTraceparent, type TraceContext } from './trace.ts'
