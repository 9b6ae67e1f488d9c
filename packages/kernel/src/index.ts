export {
  action,
  parseActionInput,
  type Action,
  type ActionDescription,
  type ActionField,
  type ActionFields,
  type ActionInput,
  type ActionRisk,
} from './action.ts'
export { backoff, backoffDelayMs, type BackoffOptions, type Jitter } from './backoff.ts'
export {
  abortReason,
  currentCall,
  orAborted,
  remainingMs,
  runCall,
  runInContext,
  runInTrace,
  type CallContext,
  type CallOptions,
  type Principal,
} from './call.ts'
export {
  channel,
  declaredChannels,
  eachChannel,
  type Channel,
  type ChannelDescriptor,
  type DeclaredChannel,
  type LogDescriptor,
  type MetricDescriptor,
  type SpanDescriptor,
} from './channel.ts'
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
export { driveFaults, faultPoint, type FaultDriver } from './fault-point.ts'
export type { CheckFunction, HealthCheck } from './health-check.ts'
export { isUuid, newId, uuidGenerator } from './ids.ts'
export { closeAll, closeable, type Closeable, type Lifecycle, type LifecycleOptions } from './lifecycle.ts'
export { markRetried, wasRetried, type Policy, type PolicyCall } from './policy.ts'
export { randomInteger, randomToken, systemRandom, type Random } from './random.ts'
export { TimerWheel, timerWheel, type TimerWheelOptions } from './timer-wheel.ts'
export {
  childTrace,
  formatTraceparent,
  newTrace,
  parentSpanId,
  parseTraceparent,
  traceHeaders,
  type TraceContext,
} from './trace.ts'
