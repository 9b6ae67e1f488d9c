import { abortReason, currentCall, systemClock, withoutStack, type Clock } from '@ashlar/kernel'
import { tickerOf, type Ticker } from '../internal/ticker.ts'
import type { RateGate } from '../policy/parts.ts'
import { ArrivalTimes } from './arrival-times.ts'
import { RateLimitedError } from './errors.ts'
import { keyEvicted, rateRefusal } from './events.ts'
import { roundingMs, Turns } from './turns.ts'

export interface RateLimiterOptions {
  /** In events, errors and headers. */
  readonly name: string
  /** Calls per `perMs`, for each key. Above 0. */
  readonly limit: number
  /** 1 to 31,536,000,000: a year. */
  readonly perMs: number
  /** Calls that may come at once after a quiet time. At least 1. @default limit */
  readonly burst?: number
  /** Keys kept at a time, at about 60 bytes each. Integer, 1 to 10,000,000. @default 100_000 */
  readonly maxKeys?: number
  /** Calls of all keys that may wait at a time. Integer, 0 to 1,000,000. @default 10_000 */
  readonly maxWaiting?: number
  readonly clock?: Clock
}

/** How a key stands. */
export interface RateDecision {
  readonly allowed: boolean
  /** Calls that could come right now. */
  readonly remaining: number
  /** Until the key has its whole burst again. */
  readonly resetMs: number
  /** 0 when allowed. */
  readonly retryAfterMs: number
}

// Reading the clock for each call would make it half as dear again, and three times as dear for a hot key.
const readEvery = 16

/**
 * Limits calls to a rate, per key: a customer, an address, a tenant.
 *
 * Synchronous, O(1), nothing allocated for a key that is known. Bounded: with `maxKeys` keys, one that is idle is forgotten
 * for a new one, which loses nothing; where none is, the one nearest to idle. A refused call takes nothing. Time is the
 * monotonic clock's: a jump of the wall clock lifts no limit and makes none.
 *
 * The clock is read for what is refused, for a key that is new, and for one call in sixteen. The others count as made up
 * to 10 ms early: in any stretch of time `t` a key gets at most its burst and the rate over `t + 10 ms`, and never less
 * than exact time would give. Just after the event loop was blocked for longer, up to 15 calls may count as made before.
 *
 * Source: GCRA, ITU-T I.371 annex A; the same as a token bucket of `burst` tokens that refills at `limit` per `perMs`,
 * kept as one number. No windows, so nobody gets twice the limit at the edge of two.
 */
export class RateLimiter implements RateGate {
  readonly name: string
  readonly limit: number
  readonly perMs: number
  readonly burst: number
  readonly #clock: Clock
  readonly #ticker: Ticker
  readonly #maxKeys: number
  /** What one call takes. */
  readonly #costMs: number
  readonly #burstMs: number
  /** When each key's calls would all have been used up at the even rate. */
  readonly #arrivals: ArrivalTimes
  readonly #maxWaiting: number
  /** Of keys that somebody waits for. */
  readonly #lines = new Map<string, Turns>()
  #waiting = 0
  #evicted = 0
  /** When the clock was read, and the calls since that went without. */
  #readMs = 0
  #unread = 0
  /** Calls refused since it was made. */
  refused = 0

  /** @throws {RangeError} naming the option and its value. */
  constructor(options: RateLimiterOptions) {
    const { name, limit, perMs, burst = limit, maxKeys = 100_000, maxWaiting = 10_000, clock = systemClock } = options
    within('limit', limit, Number.MIN_VALUE, 1_000_000_000)
    within('perMs', perMs, 1, 31_536_000_000)
    within('burst', burst, 1, 1_000_000_000)
    // Beyond all numbers no call would ever be too early.
    if ((burst * perMs) / limit === Infinity) throw new RangeError(`rate limiter: limit is too small, got ${limit}`)
    if (!Number.isInteger(maxKeys)) throw new RangeError(`rate limiter: maxKeys must be a whole number, got ${maxKeys}`)
    within('maxKeys', maxKeys, 1, 10_000_000)
    if (!Number.isInteger(maxWaiting))
      throw new RangeError(`rate limiter: maxWaiting must be a whole number, got ${maxWaiting}`)
    within('maxWaiting', maxWaiting, 0, 1_000_000)
    this.name = name
    this.limit = limit
    this.perMs = perMs
    this.burst = burst
    this.#clock = clock
    this.#ticker = tickerOf(clock)
    this.#maxKeys = maxKeys
    this.#maxWaiting = maxWaiting
    this.#costMs = perMs / limit
    this.#burstMs = burst * this.#costMs
    this.#arrivals = new ArrivalTimes(maxKeys)
  }

  /** Keys that it keeps. */
  get keys(): number {
    return this.#arrivals.size
  }

  /**
   * Takes `cost` calls if the key may make them now.
   * @returns 0, or after how many milliseconds it may, with nothing taken.
   * @throws {RangeError} when the cost is not above 0, or above the burst: it could never be allowed.
   */
  take(key: string, cost = 1): number {
    this.#check(cost)
    const arrivals = this.#arrivals
    const place = arrivals.placeOf(key)
    if (place >= 0 && !this.#isWaitedFor(key)) {
      const recentMs = this.#recentMs()
      const next = Math.max(arrivals.at(place), recentMs) + cost * this.#costMs
      // What could have gone at a time that has passed can go now. What could not may have waited long enough since.
      if (next - this.#burstMs - recentMs <= roundingMs) {
        arrivals.set(place, next)
        return 0
      }
    }
    return this.#takeNow(key, place, cost)
  }

  /** Like {@link take}, with all there is to tell the caller. */
  decide(key: string, cost = 1): RateDecision {
    const retryAfterMs = this.take(key, cost)
    return { ...this.peek(key), allowed: retryAfterMs === 0, retryAfterMs }
  }

  /** How the key stands, with nothing taken. `allowed`: whether one call could come. */
  peek(key: string): RateDecision {
    const nowMs = this.#clock.now()
    const resetMs = this.#usedUpAt(key, this.#arrivals.placeOf(key), nowMs) - nowMs
    const remaining = Math.max(0, Math.floor((this.#burstMs - resetMs) / this.#costMs + 1e-9))
    const retryAfterMs = remaining >= 1 ? 0 : Math.max(1, Math.ceil(resetMs + this.#costMs - this.#burstMs))
    return { allowed: remaining >= 1, remaining, resetMs: Math.ceil(resetMs), retryAfterMs }
  }

  /**
   * Waits until the key may make the call: first come, first served, and nobody who comes later goes before. Who gives up
   * gives back all of the call, and those behind move up. `signal` ends the wait; the current call's where none is given.
   * One timer a line: where the rate is higher than timers are exact, what drips in meanwhile is kept up to the burst.
   * @throws {RateLimitedError} at once when the wait would be longer than `maxWaitMs`, or too many wait; the signal's
   * reason when it aborts.
   */
  async wait(key: string, options: { cost?: number; maxWaitMs: number; signal?: AbortSignal }): Promise<void> {
    const { cost = 1, maxWaitMs, signal = currentCall()?.signal } = options
    this.#check(cost)
    if (!(maxWaitMs >= 0 && maxWaitMs <= 3_600_000)) {
      throw new RangeError(`rate limiter: maxWaitMs must be 0 to 3600000, got ${maxWaitMs}`)
    }
    if (signal?.aborted === true) throw abortReason(signal)
    const nowMs = this.#clock.now()
    const place = this.#arrivals.placeOf(key)
    const costMs = cost * this.#costMs
    const next = this.#usedUpAt(key, place, nowMs) + costMs
    const waitMs = next - this.#burstMs - nowMs
    // Whoever comes behind others goes behind them, even where their timer is late and all of them could go.
    const goesNow = waitMs <= roundingMs && !this.#isWaitedFor(key)
    if (!goesNow && (waitMs > maxWaitMs || this.#waiting >= this.#maxWaiting)) {
      this.#refuse(waitMs)
      throw this.refusal(key, Math.max(1, Math.ceil(waitMs)))
    }
    if (goesNow) {
      this.#keep(key, place, next, nowMs)
      return
    }
    this.#waiting++
    try {
      await this.#line(key).join(next, costMs, signal)
    } finally {
      this.#waiting--
    }
  }

  refusal(_key: string, retryAfterMs: number): RateLimitedError {
    return withoutStack(() => new RateLimitedError({ limiter: this.name, retryAfterMs }))
  }

  /** By the exact time. */
  #takeNow(key: string, place: number, cost: number): number {
    const nowMs = this.#read()
    const next = this.#usedUpAt(key, place, nowMs) + cost * this.#costMs
    const waitMs = next - this.#burstMs - nowMs
    if (waitMs > roundingMs) {
      this.#refuse(waitMs)
      return Math.max(1, Math.ceil(waitMs))
    }
    this.#keep(key, place, next, nowMs)
    return 0
  }

  /** A time that has passed: not longer ago than a tick, or than fifteen calls. */
  #recentMs(): number {
    const ticker = this.#ticker
    if (ticker.isRunning && ++this.#unread < readEvery) return Math.max(ticker.nowMs, this.#readMs)
    ticker.touch()
    return this.#read()
  }

  #read(): number {
    this.#unread = 0
    return (this.#readMs = this.#clock.now())
  }

  #check(cost: number): void {
    if (!(cost > 0 && cost <= this.burst)) {
      throw new RangeError(`rate limiter: cost must be above 0 and at most the burst (${this.burst}), got ${cost}`)
    }
  }

  #isWaitedFor(key: string): boolean {
    return this.#lines.size > 0 && this.#lines.has(key)
  }

  /** When the key's calls would all be used up, now at the earliest. A key is not forgotten while somebody waits for it. */
  #usedUpAt(key: string, place: number, nowMs: number): number {
    return this.#lines.get(key)?.usedUpAt(nowMs) ?? Math.max(this.#arrivals.at(place), nowMs)
  }

  #line(key: string): Turns {
    const known = this.#lines.get(key)
    if (known !== undefined) return known
    const line = new Turns(this.#clock, this.#burstMs, {
      usedUpAt: () => this.#arrivals.get(key),
      setUsedUpAt: (timeMs) => this.#keep(key, this.#arrivals.placeOf(key), timeMs, this.#clock.now()),
      emptied: () => void this.#lines.delete(key),
    })
    this.#lines.set(key, line)
    return line
  }

  #keep(key: string, place: number, timeMs: number, nowMs: number): void {
    if (place >= 0) {
      this.#arrivals.set(place, timeMs)
      return
    }
    this.#arrivals.add(key, timeMs, nowMs)
    if (this.#arrivals.evicted === this.#evicted) return
    this.#evicted = this.#arrivals.evicted
    if (keyEvicted.hasSubscribers) keyEvicted.publish({ limiter: this.name, keys: this.#maxKeys })
  }

  #refuse(waitMs: number): void {
    this.refused++
    if (rateRefusal.hasSubscribers) rateRefusal.publish({ limiter: this.name, retryAfterMs: Math.ceil(waitMs) })
  }
}

/**
 * The `RateLimit` and `RateLimit-Policy` fields, and `Retry-After` for a call that was refused.
 *
 * Source: IETF draft "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers).
 */
export function rateLimitHeaders(
  limiter: Pick<RateLimiter, 'name' | 'limit' | 'perMs'>,
  decision: RateDecision,
): Record<string, string> {
  const { name, limit, perMs } = limiter
  const { allowed, remaining, resetMs, retryAfterMs } = decision
  const resetSeconds = Math.ceil((allowed ? resetMs : retryAfterMs) / 1_000)
  return {
    'ratelimit-policy': `"${name}";q=${Math.floor(limit)};w=${Math.ceil(perMs / 1_000)}`,
    ratelimit: `"${name}";r=${remaining};t=${resetSeconds}`,
    ...(allowed ? {} : { 'retry-after': String(Math.max(1, resetSeconds)) }),
  }
}

function within(option: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max))
    throw new RangeError(`rate limiter: ${option} must be ${min} to ${max}, got ${value}`)
}
