import type { Clock } from '@ashlar/kernel'
import type { LeaseOptions } from './shared-options.ts'
import type { RateStanding } from './take-script.ts'

// What adds up to a whole call may be off in the last digits.
const rounding = 1e-9

/** What this process may spend of a key without asking, and what it was told of the rest. */
export interface Lease {
  tokens: number
  /** The tokens are lost after that. */
  untilMs: number
  /** Of the store, when it was last asked. */
  remaining: number
  resetAtMs: number
  /** Until then the store would refuse whatever costs `shutCost` or more. */
  shutUntilMs: number
  shutCost: number
  /** The round trip that is under way, if there is one. */
  trip: Promise<RateStanding> | undefined
}

/** Takes of the key, from the store. */
export type TakeOfStore = (key: string, cost: number, extra: number) => Promise<RateStanding>

/**
 * The leases of a bounded number of keys. One that has to go for another takes its tokens with it: too few are let
 * through then, never too many.
 */
export class Leases {
  readonly #options: Required<LeaseOptions>
  readonly #maxKeys: number
  readonly #clock: Clock
  readonly #leases = new Map<string, Lease>()

  constructor(options: Required<LeaseOptions>, maxKeys: number, clock: Clock) {
    this.#options = options
    this.#maxKeys = maxKeys
    this.#clock = clock
  }

  get size(): number {
    return this.#leases.size
  }

  of(key: string): Lease | undefined {
    return this.#leases.get(key)
  }

  /** Spends of the lease, if there is enough in it. */
  spend(lease: Lease, cost: number, nowMs: number): boolean {
    if (lease.tokens < cost - rounding || nowMs >= lease.untilMs) return false
    lease.tokens = Math.max(0, lease.tokens - cost)
    return true
  }

  /**
   * Makes a round trip for the call, which brings as much more as a lease is: how the key stands then, the call's part
   * taken. Where one for the key is under way, waits for that: `undefined`, and the lease is worth another look.
   * @throws what the store has failed with.
   */
  async fetch(key: string, cost: number, take: TakeOfStore): Promise<RateStanding | undefined> {
    const lease = this.#leases.get(key) ?? this.#add(key)
    if (lease.trip !== undefined) {
      await lease.trip
      return undefined
    }
    lease.trip = this.#trip(lease, key, cost, take).finally(() => {
      lease.trip = undefined
    })
    return lease.trip
  }

  async #trip(lease: Lease, key: string, cost: number, take: TakeOfStore): Promise<RateStanding> {
    const sentMs = this.#clock.now()
    // What is left is set aside for the one who asks: the store is asked for the rest only.
    const left = sentMs < lease.untilMs ? lease.tokens : 0
    const lacking = cost - left
    lease.tokens = 0
    let isTaken = false
    try {
      const standing = await take(key, lacking, Math.max(0, Math.floor(this.#options.tokens - lacking)))
      isTaken = standing.retryAfterMs === 0
      const answeredMs = this.#clock.now()
      lease.remaining = standing.remaining
      lease.resetAtMs = answeredMs + standing.resetMs
      lease.shutUntilMs = answeredMs + standing.retryAfterMs
      lease.shutCost = cost
      if (!isTaken) return standing
      lease.tokens = standing.extra
      // From when they may have left the store: what is spent late comes on top of what others have had since.
      lease.untilMs = sentMs + this.#options.ttlMs
      // Those that were fetched longest ago go first.
      if (this.#leases.delete(key)) this.#leases.set(key, lease)
      return { ...standing, remaining: standing.remaining + standing.extra }
    } finally {
      if (!isTaken) lease.tokens = left
    }
  }

  #add(key: string): Lease {
    if (this.#leases.size >= this.#maxKeys) {
      for (const oldest of this.#leases.keys()) {
        this.#leases.delete(oldest)
        break
      }
    }
    const lease: Lease = {
      tokens: 0,
      untilMs: 0,
      remaining: 0,
      resetAtMs: 0,
      shutUntilMs: 0,
      shutCost: 0,
      trip: undefined,
    }
    this.#leases.set(key, lease)
    return lease
  }
}
