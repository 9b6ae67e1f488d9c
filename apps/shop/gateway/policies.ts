import type { Clock, Random } from '@ashlar/kernel'
import type { ResiliencePolicy } from '@ashlar/resilience'
import { calleeHealth, calleePolicy } from '../services/shared/callee-policy.ts'

/**
 * What the services behind the gateway are called under: one policy each, and another for what is slow on purpose, with
 * slots of its own, so that a bank that keeps checkouts waiting does not stand in the way of carts. Both share the circuit:
 * a service is there or it is not.
 */
export interface Policies {
  readonly user: ResiliencePolicy
  readonly signIn: ResiliencePolicy
  readonly product: ResiliencePolicy
  readonly order: ResiliencePolicy
  readonly checkout: ResiliencePolicy
  readonly payment: ResiliencePolicy
}

export function createPolicies(sources: { clock: Clock; random: Random }): Policies {
  const user = calleeHealth('user', sources)
  const product = calleeHealth('product', sources)
  const payment = calleeHealth('payment', sources)
  const order = calleeHealth('order', { ...sources, minCalls: 20 })
  return {
    user: calleePolicy('user', { ...sources, health: user, attemptTimeoutMs: 3_000 }),
    signIn: calleePolicy('sign-in', { ...sources, health: user, attemptTimeoutMs: 9_000 }),
    product: calleePolicy('product', { ...sources, health: product, attemptTimeoutMs: 3_000 }),
    // Longer than it waits for products itself, so that it can say that those are away.
    order: calleePolicy('order', { ...sources, health: order, attemptTimeoutMs: 4_000 }),
    // Longer than the bank and the stock together can take; shorter than the gateway's own deadline.
    checkout: calleePolicy('checkout', { ...sources, health: order, attemptTimeoutMs: 14_000, maxConcurrent: 160 }),
    payment: calleePolicy('payment', { ...sources, health: payment, attemptTimeoutMs: 4_500 }),
  }
}
