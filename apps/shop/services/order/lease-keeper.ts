import { runCall, type Clock, type Timer } from '@ashlar/kernel'
import { LeaseLostError } from './errors.ts'
import type { Claim, Lease, OrderRepository } from './repository.ts'

export interface LeaseKeeperOptions {
  readonly repository: OrderRepository
  readonly clock: Clock
}

/** How long after its last sign of life a runner counts as dead. */
export const leaseMs = 6_000
const renewEveryMs = 1_500
// A holder gives up this much before anybody else may take over: for what it has just begun, and for clocks that differ.
const marginMs = 1_500

/** Renews the lease on an order while its run lasts, and tells the run when it is lost. */
export class LeaseKeeper implements Disposable {
  readonly #options: LeaseKeeperOptions
  readonly #orderId: string
  readonly #lease: Lease
  readonly #lost = new AbortController()
  #heldUntilMs: number
  #timer: Timer

  constructor({ order, lease }: Claim, options: LeaseKeeperOptions) {
    this.#options = options
    this.#orderId = order.id
    this.#lease = lease
    this.#heldUntilMs = options.clock.now() + (lease.untilMs - options.clock.wall()) - marginMs
    this.#timer = this.#arm()
  }

  /** Aborts when the lease is lost: taken over, or not renewed in time. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /**
   * Whether the lease is held at this moment. Looks at the clock and not at a timer: after a stall of the whole process
   * everything else may run before the timers do.
   */
  get isHeld(): boolean {
    return !this.lost.aborted && this.#options.clock.now() < this.#heldUntilMs
  }

  [Symbol.dispose](): void {
    this.#timer.cancel()
  }

  #arm(): Timer {
    return this.#options.clock.timer(renewEveryMs, () => void this.#renew(), { background: true })
  }

  async #renew(): Promise<void> {
    // Armed before asking, so that a repository that hangs is noticed too.
    this.#timer = this.#arm()
    const { repository, clock } = this.#options
    const [nowMs, untilMs] = [clock.now(), clock.wall() + leaseMs]
    if (!this.isHeld) return this.#lose()
    try {
      const work = (): Promise<boolean> => repository.renew(this.#orderId, this.#lease, untilMs)
      const isRenewed = await runCall({ parent: null, timeoutMs: renewEveryMs, clock }, work)
      if (isRenewed) this.#heldUntilMs = nowMs + leaseMs - marginMs
      else this.#lose()
    } catch {
      // The next try may succeed in time; if none does, the lease is lost.
    }
  }

  #lose(): void {
    this.#timer.cancel()
    this.#lost.abort(new LeaseLostError(this.#orderId))
  }
}
