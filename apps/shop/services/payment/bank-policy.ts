import type { Clock, Random } from '@ashlar/kernel'
import { Bulkhead, policy, RateLimiter, type ResiliencePolicy } from '@ashlar/resilience'

/**
 * How the shop calls the bank. A customer waits three seconds at the most; while the bank fails, or does not answer, they
 * are told so at once, and it is asked only as much as it takes to see that it is well again.
 *
 * All that is asked of the bank may be asked twice: charges and refunds have keys, and a second token for a card is one
 * that nobody uses.
 */
export function createBankPolicy({ clock, random }: { clock: Clock; random: Random }): ResiliencePolicy {
  return policy('bank', {
    deadlineMs: bankDeadlineMs,
    rateLimit: new RateLimiter({ name: 'bank', limit: 200, perMs: 1_000, clock }),
    bulkhead: new Bulkhead({ name: 'bank', maxConcurrent: 48, maxQueued: 48, queueTimeoutMs: 500, clock }),
    retry: {
      idempotent: true,
      maxAttempts: 3,
      baseDelayMs: 50,
      maxDelayMs: 400,
      // Of the attempts of a hundred requests, 20 may be repeats, and one a second when there are few.
      budget: { ratio: 0.2, minPerSecond: 1 },
    },
    // Short, and hardly growing: a bank that is well again should not stand idle, and three probes are no burden.
    // A bank that fails half of what it is asked is well beyond the share at which it is left alone, not on its edge.
    breaker: { minCalls: 10, failureRate: 0.4, openMs: 2_000, maxOpenMs: 4_000, probes: 3, probeDeadlineMs: 3_000 },
    attemptTimeoutMs: 1_300,
    clock,
    random,
  })
}

/** How long an answer of the bank may take, repeats included. */
export const bankDeadlineMs = 3_000
