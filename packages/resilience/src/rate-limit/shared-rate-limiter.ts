import { currentCall, orAborted, runInContext, withoutStack, type PolicyCall } from '@ashlar/kernel'
import type { CircuitBreaker } from '../circuit-breaker/index.ts'
import { single } from '../policy/single.ts'
import type { RunOptions } from '../policy/pipeline.ts'
import { RateLimitedError, RateStoreUnavailableError } from './errors.ts'
import { rateRefusal } from './events.ts'
import { Leases, type Lease, type TakeOfStore } from './leases.ts'
import type { RateDecision } from './rate-limiter.ts'
import { sharedRateSettings, type SharedRateLimiterOptions, type SharedRateSettings } from './shared-options.ts'
import { Substitute } from './substitute.ts'
import { runTake, type RateStanding, type RateTake } from './take-script.ts'

/** How a key stands, and who says so. */
export interface SharedRateDecision extends RateDecision {
  /**
   * `store` and `lease` hold for all processes; `local` is this process's share, for want of the store. `open` and
   * `closed` know nothing of the key: then nothing remains, and `retryAfterMs` is when the store may be back.
   */
  readonly source: 'store' | 'lease' | 'local' | 'open' | 'closed'
}

/** What is to be taken of one limiter. */
export interface SharedRateTake {
  readonly limiter: SharedRateLimiter
  readonly key: string
  /** @default 1 */
  readonly cost?: number
}

interface SignalOption {
  readonly signal?: AbortSignal | undefined
}

/**
 * Limits calls to a rate, per key, for all processes together: what is used up is kept in a store.
 *
 * One round trip a call, by the server's clock; with `lease`, one for many calls. A call that is refused takes nothing.
 * A trip may take `storeTimeoutMs`; after failures in a row a breaker keeps calls from waiting for the store at all, and
 * `onStoreError` says what they are told. A call whose caller leaves may have been taken.
 *
 * With leases, a call whose key has some left or was just refused is answered at once, in O(1). Calls for one key that
 * find none make one trip together. In a stretch `t` a key gets at most `burst` and the rate over `t + ttlMs`, never more
 * than the rate in the long run. Too few are let through while tokens lie idle in processes that do not spend them.
 *
 * Source: that of {@link rateTakeScript}.
 */
export class SharedRateLimiter {
  readonly name: string
  readonly limit: number
  readonly perMs: number
  readonly burst: number
  /** Between this process and the store. */
  readonly breaker: CircuitBreaker
  /** Calls refused for their rate since it was made. */
  refused = 0
  readonly #settings: SharedRateSettings
  readonly #store: <T>(work: (call: PolicyCall) => Promise<T>, options?: RunOptions) => Promise<T>
  readonly #leases: Leases | undefined
  readonly #substitute: Substitute

  /** @throws {RangeError} {@link TypeError} naming the option and its value. */
  constructor(options: SharedRateLimiterOptions) {
    const settings = sharedRateSettings(options)
    const { breaker, storeTimeoutMs: attemptTimeoutMs, lease, maxKeys, clock } = settings
    this.name = settings.name
    this.limit = settings.limit
    this.perMs = settings.perMs
    this.burst = settings.burst
    this.breaker = breaker
    this.#settings = settings
    this.#store = single({ name: breaker.name, breaker, attemptTimeoutMs }, clock)
    this.#leases = lease === undefined ? undefined : new Leases(lease, maxKeys, clock)
    this.#substitute = new Substitute(settings)
  }

  /**
   * Takes of several limiters that share a store, in one round trip: of all of them, or of none where one refuses. Leases
   * are left alone. While the store is away each answers for itself, and again it is all or none.
   * @returns A decision for each, in the same order. The call may go if all of them allow it.
   * @throws {TypeError} when the limiters differ in their store, or two of the takes are the same key of one name.
   * @throws {RangeError} as {@link take} does.
   */
  static async takeAll(
    takes: readonly [SharedRateTake, ...SharedRateTake[]],
    { signal = currentCall()?.signal }: SignalOption = {},
  ): Promise<SharedRateDecision[]> {
    const [{ limiter: first }] = takes
    const parts = takes.map(({ limiter, key, cost = 1 }) => limiter.#takeOf(key, cost))
    if (takes.some(({ limiter }) => limiter.#settings.scripts !== first.#settings.scripts)) {
      throw new TypeError('rate limiter: what is taken together must be in one store')
    }
    if (new Set(parts.map(({ key }) => key)).size < parts.length) {
      throw new TypeError('rate limiter: what is taken together must be of different keys')
    }
    try {
      const standings = await first.#ask(parts, signal)
      return takes.map(({ limiter }, index) => limiter.#settle(standings[index] as RateStanding))
    } catch (error) {
      if (signal?.aborted === true) throw error
      const foreseen = takes.map(({ limiter, key, cost = 1 }) => limiter.#substitute.foresee(key, cost))
      if (foreseen.every(({ allowed }) => allowed)) {
        return takes.map(({ limiter, key, cost = 1 }) => limiter.#withoutStore(key, cost, error))
      }
      return takes.map(({ limiter }, index) => {
        limiter.#substitute.report(error)
        const decision = foreseen[index] as SharedRateDecision
        return decision.source === 'local' && !decision.allowed ? limiter.#refuse(decision) : decision
      })
    }
  }

  /**
   * Takes `cost` calls if the key may make them now.
   * @throws the signal's reason when it aborts, by default the current call's. Never because of the store.
   * @throws {RangeError} when the cost is not above 0, or above the burst: it could never be allowed.
   */
  async take(
    key: string,
    cost = 1,
    { signal = currentCall()?.signal }: SignalOption = {},
  ): Promise<SharedRateDecision> {
    this.#check(cost)
    const leases = this.#leases
    try {
      if (leases === undefined) {
        const [standing] = await this.#ask([this.#takeOf(key, cost)], signal)
        return this.#settle(standing as RateStanding)
      }
      for (;;) {
        const decision = this.takeLeased(key, cost)
        if (decision !== undefined) return decision
        // Others wait for it too, and it outlives whoever happens to be the first of them.
        const fetched = runInContext(undefined, () => leases.fetch(key, cost, this.#takeOfStore))
        const standing = await orAborted(fetched, signal)
        if (standing !== undefined) return this.#settle(standing)
      }
    } catch (error) {
      if (signal?.aborted === true) throw error
      return this.#withoutStore(key, cost, error)
    }
  }

  /** Like {@link take}, if it can be told without the store; `undefined` where it cannot. For hot paths. */
  takeLeased(key: string, cost = 1): SharedRateDecision | undefined {
    this.#check(cost)
    const leases = this.#leases
    const lease = leases?.of(key)
    if (leases === undefined || lease === undefined) return undefined
    const nowMs = this.#settings.clock.now()
    if (leases.spend(lease, cost, nowMs)) return leased(lease, 0, nowMs)
    if (cost < lease.shutCost || nowMs >= lease.shutUntilMs) return undefined
    return this.#refuse(leased(lease, Math.ceil(lease.shutUntilMs - nowMs), nowMs))
  }

  /** For a caller that was not let through: too many calls, or nobody can say, which are not the same. */
  refusal({ source, retryAfterMs }: SharedRateDecision): RateLimitedError | RateStoreUnavailableError {
    const detail = { limiter: this.name, retryAfterMs }
    return withoutStack(() =>
      source === 'closed' ? new RateStoreUnavailableError(detail) : new RateLimitedError(detail),
    )
  }

  #check(cost: number): void {
    if (!(cost > 0 && cost <= this.burst)) {
      throw new RangeError(`rate limiter: cost must be above 0 and at most the burst (${this.burst}), got ${cost}`)
    }
  }

  #takeOf(key: string, cost: number, extra = 0): RateTake {
    this.#check(cost)
    return { key: `ashlar:rate:${this.name}:${key}`, rule: this, cost, extra }
  }

  #ask(takes: readonly RateTake[], signal: AbortSignal | undefined): Promise<RateStanding[]> {
    const work = (call: PolicyCall): Promise<RateStanding[]> => runTake(this.#settings.scripts, takes, call)
    return this.#store(work, signal === undefined ? undefined : { signal })
  }

  readonly #takeOfStore: TakeOfStore = async (key, cost, extra) => {
    const [standing] = await this.#ask([this.#takeOf(key, cost, extra)], undefined)
    return standing as RateStanding
  }

  #settle({ retryAfterMs, remaining, resetMs }: RateStanding): SharedRateDecision {
    const decision = { allowed: retryAfterMs === 0, remaining, resetMs, retryAfterMs, source: 'store' } as const
    return decision.allowed ? decision : this.#refuse(decision)
  }

  #refuse(decision: SharedRateDecision): SharedRateDecision {
    this.refused++
    const { retryAfterMs } = decision
    if (rateRefusal.hasSubscribers) rateRefusal.publish({ limiter: this.name, retryAfterMs })
    return decision
  }

  #withoutStore(key: string, cost: number, error: unknown): SharedRateDecision {
    this.#substitute.report(error)
    const decision = this.#substitute.decide(key, cost)
    if (decision.source === 'local' && !decision.allowed) this.refused++
    return decision
  }
}

function leased(lease: Lease, retryAfterMs: number, nowMs: number): SharedRateDecision {
  return {
    allowed: retryAfterMs === 0,
    remaining: lease.remaining + Math.floor(lease.tokens),
    resetMs: Math.max(0, Math.ceil(lease.resetAtMs - nowMs)),
    retryAfterMs,
    source: 'lease',
  }
}
