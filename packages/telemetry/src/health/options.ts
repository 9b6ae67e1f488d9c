import type { Clock, HealthCheck } from '@ashlar/kernel'
import type { Logger } from '../logs/index.ts'
import type { LoopWatch } from './loop-watch.ts'

export interface HealthOptions {
  readonly service: string
  readonly version: string
  /** Each is given a second, and asked at most once in a second, however many want to know. */
  readonly checks: readonly HealthCheck[]
  /** How long readiness says no before the service stops accepting. */
  readonly drainDelayMs: number
  /** While it says that the process is overloaded, so does readiness. @default readiness does not ask */
  readonly loop?: Pick<LoopWatch, 'isOverloaded'>
  readonly log: Logger
  readonly clock: Clock
}
