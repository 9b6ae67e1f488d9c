import { hasCode, systemClock, systemRandom, type Clock, type Random } from '@ashlar/kernel'
import { CircuitBreaker, consecutive } from '../circuit-breaker/index.ts'
import { RateLimiter } from './rate-limiter.ts'
import type { ScriptRunner } from './script-runner.ts'

/**
 * What is said while the store is away: `open` lets all through, `closed` nobody, `local` as many as this process's share
 * of the limit is.
 */
export type OnStoreError = 'open' | 'closed' | 'local'

export interface LeaseOptions {
  /** Calls that are taken from the store at once, and then spent without asking. Integer, 2 to the burst. */
  readonly tokens: number
  /** What is not spent by then is lost. Milliseconds, 1 to 60,000. @default 1_000 */
  readonly ttlMs?: number
}

export interface SharedRateLimiterOptions {
  /**
   * In events, errors and headers, and in the keys of the store: limiters of one name share what they count. Without `:`,
   * which separates it from the caller's key there.
   */
  readonly name: string
  /** The store. */
  readonly scripts: ScriptRunner
  /** Calls per `perMs`, for each key and all processes together. Above 0. */
  readonly limit: number
  /** 1 to 31,536,000,000: a year. */
  readonly perMs: number
  /** Calls that may come at once after a quiet time. At least 1, at most ten years' worth. @default limit */
  readonly burst?: number
  /** Required: which is right depends on what the limit protects. */
  readonly onStoreError: OnStoreError
  /** Required for `local`: by how many processes the limit is divided then. */
  readonly instances?: number
  /** How long one round trip may take. Milliseconds, 1 to 60,000. @default 50 */
  readonly storeTimeoutMs?: number
  /** For all limiters of one store, perhaps. @default one of its own: open after 5 failures in a row, for 1 to 10 s */
  readonly breaker?: CircuitBreaker
  /** Far fewer round trips, less precision. @default every call is a round trip */
  readonly lease?: LeaseOptions
  /** Keys that this process knows of at a time, by lease or by its local share. Integer, 1 to 1,000,000. @default 100_000 */
  readonly maxKeys?: number
  readonly clock?: Clock
  readonly random?: Random
}

/** The options, checked and filled in. */
export interface SharedRateSettings {
  readonly name: string
  readonly scripts: ScriptRunner
  readonly limit: number
  readonly perMs: number
  readonly burst: number
  readonly onStoreError: OnStoreError
  /** Of `local` only. */
  readonly share: RateLimiter | undefined
  readonly storeTimeoutMs: number
  readonly breaker: CircuitBreaker
  readonly lease: Required<LeaseOptions> | undefined
  readonly maxKeys: number
  readonly clock: Clock
}

// Microseconds that add up to more could not be told apart any more.
const longestFillMs = 10 * 31_536_000_000

/** @throws {RangeError} {@link TypeError} naming the option and its value. */
export function sharedRateSettings(options: SharedRateLimiterOptions): SharedRateSettings {
  const { name, scripts, limit, perMs, burst = limit, onStoreError, storeTimeoutMs = 50, maxKeys = 100_000 } = options
  const { clock = systemClock, random = systemRandom } = options
  if (typeof name !== 'string' || name === '') throw new TypeError('rate limiter: name is required')
  // A key that somebody chose must not be another limiter's.
  if (name.includes(':')) throw new TypeError(`rate limiter: name must not hold a colon, got ${JSON.stringify(name)}`)
  within('limit', limit, Number.MIN_VALUE, 1_000_000_000)
  within('perMs', perMs, 1, 31_536_000_000)
  within('burst', burst, 1, 1_000_000_000)
  if (!((burst * perMs) / limit <= longestFillMs)) {
    throw new RangeError(`rate limiter: burst must be at most what ten years bring, got ${burst}`)
  }
  within('storeTimeoutMs', storeTimeoutMs, 1, 60_000)
  integer('maxKeys', maxKeys, 1, 1_000_000)
  const breakerOptions = { name: `rate-limit ${name}`, openMs: 1_000, maxOpenMs: 10_000, probes: 1, clock, random }
  return {
    name,
    scripts,
    limit,
    perMs,
    burst,
    onStoreError,
    share: shareOf(options, burst, maxKeys, clock),
    storeTimeoutMs,
    breaker: options.breaker ?? new CircuitBreaker({ ...breakerOptions, ...consecutive(5), isFailure: isStoreFailure }),
    lease: leaseOf(options.lease, burst),
    maxKeys,
    clock,
  }
}

/**
 * An error that will be the same next time is no reason to ask again and again either. Callers that have less time than
 * the store may take say nothing about it: a few of them must not decide for all others.
 */
function isStoreFailure(error: unknown): boolean | undefined {
  return hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED') ? undefined : true
}

function shareOf(
  options: SharedRateLimiterOptions,
  burst: number,
  maxKeys: number,
  clock: Clock,
): RateLimiter | undefined {
  const { name, limit, perMs, onStoreError, instances } = options
  // Types do not hold everybody back, and either mistake shows only when the store is away.
  if (!['open', 'closed', 'local'].includes(onStoreError)) {
    throw new TypeError(`rate limiter: onStoreError must be open, closed or local, got ${onStoreError}`)
  }
  if (onStoreError !== 'local') return undefined
  if (instances === undefined) throw new TypeError('rate limiter: instances is required where onStoreError is local')
  integer('instances', instances, 1, 100_000)
  const burstShare = Math.max(1, burst / instances)
  return new RateLimiter({ name, limit: limit / instances, perMs, burst: burstShare, maxKeys, clock })
}

function leaseOf(lease: LeaseOptions | undefined, burst: number): Required<LeaseOptions> | undefined {
  if (lease === undefined) return undefined
  const { tokens, ttlMs = 1_000 } = lease
  integer('lease.tokens', tokens, 2, Math.floor(burst))
  within('lease.ttlMs', ttlMs, 1, 60_000)
  return { tokens, ttlMs }
}

function within(option: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max))
    throw new RangeError(`rate limiter: ${option} must be ${min} to ${max}, got ${value}`)
}

function integer(option: string, value: number, min: number, max: number): void {
  within(option, value, min, max)
  if (!Number.isInteger(value)) throw new RangeError(`rate limiter: ${option} must be a whole number, got ${value}`)
}
