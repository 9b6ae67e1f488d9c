import { codeOf, hasCode, type Clock, type Random } from '@ashlar/kernel'
import { Bulkhead, CircuitBreaker, policy, RetryBudget, type ResiliencePolicy } from '@ashlar/resilience'
import { RemoteError } from '@ashlar/rpc'

/** How long a circuit stays open at the most, jitter included. */
export const longestOpenMs = 6_000

/** What is known of a callee, and how much of repeating it is to bear: one for all policies that it is called under. */
export interface CalleeHealth {
  readonly breaker: CircuitBreaker
  readonly budget: RetryBudget
}

/** @param options `minCalls` in ten seconds, without which failures say nothing: 10 unless given. */
export function calleeHealth(
  name: string,
  { minCalls = 10, clock, random }: { minCalls?: number; clock: Clock; random: Random },
): CalleeHealth {
  return {
    // Growing little: a service that is back should not stand idle, and three probes are no burden.
    breaker: new CircuitBreaker({
      name,
      minCalls,
      openMs: 1_000,
      maxOpenMs: 5_000,
      isFailure: isIllness,
      clock,
      random,
    }),
    budget: new RetryBudget({ clock }),
  }
}

export interface CalleePolicyOptions {
  readonly health: CalleeHealth
  /**
   * How long an answer may take: one that takes longer speaks against the callee. A caller's own deadline that is earlier
   * does not. Milliseconds.
   */
  readonly attemptTimeoutMs: number
  /** Calls at a time; as many again may wait, half a second long. @default 128 */
  readonly maxConcurrent?: number
  readonly clock: Clock
  readonly random: Random
}

/**
 * How a service of the shop calls another: while that does not answer, those who ask are told so at once, and it is asked
 * only as much as it takes to see that it is back. What may be repeated is said by the contracts; the deadline is the
 * caller's.
 */
export function calleePolicy(name: string, options: CalleePolicyOptions): ResiliencePolicy {
  const { health, maxConcurrent = 128, attemptTimeoutMs, clock, random } = options
  const { breaker, budget } = health
  return policy(name, {
    bulkhead: new Bulkhead({ name, maxConcurrent, maxQueued: maxConcurrent, queueTimeoutMs: 500, clock }),
    retry: {
      idempotent: true,
      maxAttempts: 3,
      baseDelayMs: 25,
      maxDelayMs: 250,
      isRetryable: isWorthRepeating,
      budget,
    },
    breaker,
    attemptTimeoutMs,
    clock,
    random,
  })
}

/**
 * The callee is ill. What the shop's own rules refuse, or somebody behind the callee, is an answer of a callee that is
 * well; and a deadline is short or long as the caller wants it: that it has passed says nothing, not even that the callee
 * is there.
 */
function isIllness(error: unknown): boolean | undefined {
  if (hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED')) return undefined
  if (!saysRetryable(error) || isOfTheShop(error)) return false
  return !(error instanceof RemoteError && hasCode(error, 'ASHLAR_ATTEMPT_TIMEOUT'))
}

/**
 * Trying again at once may help: nobody said when to come back, and the time was not spent on waiting. Whoever has waited
 * in vain for one that hangs would only wait as long again.
 */
function isWorthRepeating(error: unknown): boolean {
  if (isIllness(error) !== true || hasCode(error, 'ASHLAR_ATTEMPT_TIMEOUT')) return false
  return (error as { retryAfterMs?: number }).retryAfterMs === undefined
}

function saysRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true
}

function isOfTheShop(error: unknown): boolean {
  return codeOf(error)?.startsWith('SHOP_') === true
}
