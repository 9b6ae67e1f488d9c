export type { Subscription } from './ears.ts'
export {
  BusyError,
  CommandFailedError,
  redisEdgeRows,
  RedisConfigError,
  ScriptFailedError,
  UnavailableError,
} from './errors.ts'
export {
  redisConnection,
  redisListenerFailed,
  scriptLoaded,
  type RedisConnectionChanged,
  type RedisListenerFailed,
  type ScriptLoaded,
} from './events.ts'
export type { Hearing, Listener } from './listener.ts'
export type { RedisOptions } from './options.ts'
export { openRedis, redisHealthCheck, type Redis } from './redis.ts'
export type { Script } from './scripts.ts'
export type { SubscriptionEvent } from './subscriptions.ts'
export type { TrackingEvent } from './tracking.ts'
