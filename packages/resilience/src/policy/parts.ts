import type { CircuitBreaker } from '../circuit-breaker/index.ts'
import type { HedgeSettings } from '../hedge/options.ts'
import type { Ending } from '../internal/ending.ts'
import type { RetrySettings } from '../retry/options.ts'
import type { LoadShedder } from '../shed/index.ts'

/** Admits calls at a rate. Met by the rate limiters. */
export interface RateGate {
  /** 0 when the call may go; else the milliseconds until one like it could, with nothing taken. */
  take(key: string, cost: number): number
  /** For the limited caller. */
  refusal(key: string, retryAfterMs: number): Error
}

/** Admits so many calls at a time. Met by the bulkhead and the adaptive limit. */
export interface ConcurrencyGate {
  /** Takes a slot if one is free and nobody waits for it. */
  tryEnter(): boolean
  /** Waits for a slot. @throws the gate's refusal when it may not wait, or no longer. */
  enter(waiter: { readonly signal: AbortSignal | undefined; readonly priority: number }): Promise<void>
  /** For the caller that found no slot and will not wait for one. */
  refusal(): Error
  /** Gives the slot back: the work has ended. Adaptive gates learn from how. */
  release(ending: Ending): void
}

/** What a policy is compiled from; the absent ones cost nothing. */
export interface Parts {
  readonly name: string
  readonly shed: LoadShedder | undefined
  readonly rate: RateGate | undefined
  readonly concurrency: ConcurrencyGate | undefined
  readonly retry: RetrySettings | undefined
  readonly hedge: HedgeSettings | undefined
  readonly breaker: CircuitBreaker | undefined
  /** 0 for none. */
  readonly attemptTimeoutMs: number
}
