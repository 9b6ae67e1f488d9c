import { backoffDelayMs, currentCall, runCall, sleep, type Clock, type Random } from '@ashlar/kernel'
import { LeaseLostError } from './errors.ts'
import type { Order } from './order.ts'
import type { Claim, Lease, OrderRepository, SaveOptions } from './repository.ts'

export interface OrderRunOptions {
  readonly repository: OrderRepository
  readonly clock: Clock
  readonly random: Random
}

const maxAttempts = 3
const longestDelayMs = 500
const stepTimeoutMs = 6_000

/** One runner's work on one claimed order: knows the order's newest version and stores every next one. */
export class OrderRun {
  readonly #options: OrderRunOptions
  readonly #lease: Lease
  readonly #keeper: { readonly isHeld: boolean }
  #order: Order
  #doing = 'beginning'

  /** @param keeper says whether the lease is still held; a run that ends at once needs none. */
  constructor(claim: Claim, options: OrderRunOptions, keeper: { readonly isHeld: boolean } = { isHeld: true }) {
    this.#order = claim.order
    this.#lease = claim.lease
    this.#options = options
    this.#keeper = keeper
  }

  get order(): Order {
    return this.#order
  }

  /** What the run is doing, or was doing when it failed, in plain words. */
  get doing(): string {
    return this.#doing
  }

  /** Stores what `change` makes of the order. */
  async advance(change: (order: Order, nowMs: number) => Order, options: SaveOptions = { done: false }): Promise<void> {
    this.#stopWhenOver()
    const next = change(this.#order, this.#options.clock.wall())
    await this.#options.repository.save(next, this.#lease, options)
    this.#order = next
  }

  /**
   * Does something that may be repeated: a few quick times, as long as it fails in a way that may pass. A refusal comes
   * through at once.
   */
  async step<T>(doing: string, work: (attempt: number) => Promise<T>): Promise<T> {
    const { clock, random } = this.#options
    this.#doing = doing
    for (let attempt = 1; ; attempt++) {
      this.#stopWhenOver()
      try {
        return await runCall({ timeoutMs: stepTimeoutMs, clock }, () => work(attempt))
      } catch (error) {
        this.#stopWhenOver()
        if (attempt === maxAttempts || !isRetryable(error)) throw error
        // Who asks to be left alone for longer than a few quick times take is: somebody behind has repeated enough.
        if (askedToWaitMs(error) > longestDelayMs) throw error
        const delayMs = backoffDelayMs(attempt, { baseDelayMs: 50, maxDelayMs: longestDelayMs, random })
        await sleep(clock, delayMs, { signal: currentCall()?.signal })
      }
    }
  }

  /**
   * A run that is over, or has lost its lease, must do nothing more: others may have the order by now. Asked before
   * everything that has an effect, because a promise that hangs can come back long after.
   */
  #stopWhenOver(): void {
    currentCall()?.signal.throwIfAborted()
    if (!this.#keeper.isHeld) throw new LeaseLostError(this.#order.id)
  }
}

function askedToWaitMs(error: unknown): number {
  const asked = error instanceof Error && 'retryAfterMs' in error ? error.retryAfterMs : undefined
  return typeof asked === 'number' ? asked : 0
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true
}
