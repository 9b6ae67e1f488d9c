// The cheapest things that are reported on channels. Loaded once more without channels, to compare with.
import { breakerRefusal, CircuitBreaker } from '@ashlar/resilience/circuit-breaker'
import { RateLimiter, rateRefusal } from '@ashlar/resilience/rate-limit'
import type { Loop } from '../paired.ts'

const open = new CircuitBreaker({ name: 'open' })
open.isolate('benchmark')
const limiter = new RateLimiter({ name: 'used up', limit: 1, perMs: 31_536_000_000 })
limiter.take('customer')

/** Two refusals: of an open breaker, and of a limiter. */
export const refusals: Loop = (times) => {
  for (let i = 0; i < times; i++) {
    open.tryEnter()
    limiter.take('customer')
  }
}

/** Hears both refusals, until it is disposed of. */
export class Listener implements Disposable {
  heard = 0
  readonly #subscriptions = new DisposableStack()

  constructor() {
    for (const channel of [breakerRefusal, rateRefusal]) {
      this.#subscriptions.use(channel.subscribe(() => void this.heard++))
    }
  }

  [Symbol.dispose](): void {
    this.#subscriptions.dispose()
  }
}
