import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import { MemoryScripts } from './memory-scripts.test.support.ts'
import type { SharedRateLimiterOptions } from './shared-options.ts'
import { SharedRateLimiter, type SharedRateDecision } from './shared-rate-limiter.ts'

export type Options = Partial<SharedRateLimiterOptions>

/** A store, and as many processes that share it as are asked for. */
export class Site {
  readonly clock: VirtualClock = new VirtualClock()
  readonly store: MemoryScripts = new MemoryScripts(this.clock)

  limiter(options: Options = {}): SharedRateLimiter {
    return new SharedRateLimiter({
      name: 'search',
      scripts: this.store,
      limit: 10,
      perMs: 1_000,
      onStoreError: 'closed',
      clock: this.clock,
      random: seededRandom(1),
      ...options,
    })
  }

  /** The store fails from now on. */
  fail(): void {
    this.store.away = () => Promise.reject(new Error('connection refused'))
  }

  /** The store does not answer from now on. */
  hang(): void {
    this.store.away = () => new Promise(() => undefined)
  }
}

export async function many(limiter: SharedRateLimiter, calls: number, cost = 1): Promise<SharedRateDecision[]> {
  return Promise.all(Array.from({ length: calls }, () => limiter.take('ada', cost)))
}

export function admitted(decisions: readonly SharedRateDecision[]): number {
  return decisions.filter(({ allowed }) => allowed).length
}
