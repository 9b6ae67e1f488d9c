import { codeOf } from '@ashlar/kernel'
import { rateStoreFailure } from './events.ts'
import type { SharedRateSettings } from './shared-options.ts'
import type { SharedRateDecision } from './shared-rate-limiter.ts'

/** Answers for a store that is away. */
export class Substitute {
  readonly #settings: SharedRateSettings

  constructor(settings: SharedRateSettings) {
    this.#settings = settings
  }

  /** Says on the channel that the store was missed, and why. */
  report(error: unknown): void {
    if (!rateStoreFailure.hasSubscribers) return
    const { name: limiter, onStoreError: answer } = this.#settings
    const code = codeOf(error) ?? (error instanceof Error ? error.name : typeof error)
    rateStoreFailure.publish({ limiter, answer, code })
  }

  decide(key: string, cost: number): SharedRateDecision {
    const { share } = this.#settings
    if (share === undefined) return this.foresee(key, cost)
    // What costs more than the share's burst could never go: it takes all of it.
    return { ...share.decide(key, Math.min(cost, share.burst)), source: 'local' }
  }

  /** What the decision would be, with nothing taken: a fraction of a call counts as a whole one. */
  foresee(key: string, cost: number): SharedRateDecision {
    const { share, onStoreError: source } = this.#settings
    if (share === undefined) {
      const retryAfterMs = source === 'open' ? 0 : this.#backInMs()
      return { allowed: source === 'open', remaining: 0, resetMs: retryAfterMs, retryAfterMs, source }
    }
    const standing = share.peek(key)
    const lacking = Math.max(0, Math.min(cost, share.burst) - standing.remaining)
    const retryAfterMs = Math.ceil((lacking * share.perMs) / share.limit)
    return { ...standing, allowed: lacking === 0, retryAfterMs, source: 'local' }
  }

  /** When the store is worth another try. */
  #backInMs(): number {
    const { breaker, storeTimeoutMs } = this.#settings
    return breaker.state.kind === 'closed' ? storeTimeoutMs : breaker.refusal().retryAfterMs
  }
}
