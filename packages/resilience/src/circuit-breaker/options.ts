import { systemClock, systemRandom, type Clock, type Random } from '@ashlar/kernel'
import { isDependencyFailure } from '../internal/failures.ts'
import type { WindowSize } from './sliding-window.ts'

export interface BreakerOptions {
  /** In events, errors and logs: what is called, such as `bank`. */
  readonly name: string
  /**
   * What is looked back on. "Open after n failures in a row" is the last n calls, `minCalls` n and `failureRate` 1;
   * `consecutive(n)` says so. @default the last 10 seconds
   */
  readonly window?: WindowSize
  /** Fewer calls in the window say nothing. Integer, 1 or more. @default 20 */
  readonly minCalls?: number
  /** Opens at this share of failed calls. Above 0, at most 1. @default 0.5 */
  readonly failureRate?: number
  /** Opens, too, when this share of the calls took longer. Costs two clock reads a call. @default off */
  readonly slowCall?: { readonly overMs: number; readonly rate: number }
  /** How long to stay open the first time. @default 5_000 */
  readonly openMs?: number
  /** Each time that the probes fail, the open period grows by this factor. 1 or more. @default 2 */
  readonly openGrowth?: number
  /** @default 60_000 */
  readonly maxOpenMs?: number
  /** Share by which the open period is longer or shorter, so that many callers do not probe together. @default 0.2 */
  readonly openJitter?: number
  /** How many calls are let through at a time after that, and how many of them in all must succeed. @default 3 */
  readonly probes?: number
  /** Probes that have not ended by then have failed. @default 10_000 */
  readonly probeDeadlineMs?: number
  /**
   * Whether an error says that the dependency is ill. With `false` the call counts as success: it has answered. With
   * `undefined` the error says neither, and the call counts no more than one that was never made. Refusals of our own
   * policies and aborts by the caller are never asked about and never count. Where it throws, the call has failed.
   * @default `retryable` for errors that say it, true for all others
   */
  readonly isFailure?: (error: unknown) => boolean | undefined
  readonly clock?: Clock
  readonly random?: Random
}

/** What can be changed while it runs. */
export type BreakerUpdate = Partial<
  Pick<
    BreakerOptions,
    | 'minCalls'
    | 'failureRate'
    | 'slowCall'
    | 'openMs'
    | 'openGrowth'
    | 'maxOpenMs'
    | 'openJitter'
    | 'probes'
    | 'probeDeadlineMs'
  >
>

export type BreakerSettings = Required<Omit<BreakerOptions, 'slowCall'>> & Pick<BreakerOptions, 'slowCall'>

/** The window and rule of "open after `failures` failures in a row". */
export function consecutive(failures: number): Required<Pick<BreakerOptions, 'window' | 'minCalls' | 'failureRate'>> {
  return { window: { kind: 'count', calls: failures }, minCalls: failures, failureRate: 1 }
}

/** @throws {RangeError} naming the option and its value. @throws {TypeError} where there is no name. */
export function breakerSettings(options: BreakerOptions): BreakerSettings {
  const settings: BreakerSettings = {
    window: { kind: 'time', durationMs: 10_000 },
    minCalls: 20,
    failureRate: 0.5,
    openMs: 5_000,
    openGrowth: 2,
    maxOpenMs: 60_000,
    openJitter: 0.2,
    probes: 3,
    probeDeadlineMs: 10_000,
    isFailure: isDependencyFailure,
    clock: systemClock,
    random: systemRandom,
    ...options,
  }
  if (typeof settings.name !== 'string' || settings.name === '') throw new TypeError('breaker: name is required')
  checkSettings(settings)
  return settings
}

export function checkSettings(settings: BreakerSettings): void {
  const { window, minCalls, failureRate, slowCall, openMs, openGrowth, maxOpenMs, openJitter, probes } = settings
  const size = window.kind === 'count' ? window.calls : window.durationMs
  if (window.kind === 'count') integer('window.calls', size, 1, 10_000)
  else number('window.durationMs', size, 100, 3_600_000)
  integer('minCalls', minCalls, 1, 1_000_000)
  if (window.kind === 'count' && minCalls > size) {
    throw new RangeError(`breaker: minCalls must be at most window.calls (${size}), got ${minCalls}`)
  }
  share('failureRate', failureRate)
  if (slowCall !== undefined) {
    number('slowCall.overMs', slowCall.overMs, 0.001, 3_600_000)
    share('slowCall.rate', slowCall.rate)
  }
  number('openMs', openMs, 1, 86_400_000)
  number('openGrowth', openGrowth, 1, 100)
  number('maxOpenMs', maxOpenMs, openMs, 86_400_000)
  number('openJitter', openJitter, 0, 0.9)
  integer('probes', probes, 1, 1_000)
  number('probeDeadlineMs', settings.probeDeadlineMs, 1, 3_600_000)
}

function number(option: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max)) throw new RangeError(`breaker: ${option} must be ${min} to ${max}, got ${value}`)
}

function integer(option: string, value: number, min: number, max: number): void {
  number(option, value, min, max)
  if (!Number.isInteger(value)) throw new RangeError(`breaker: ${option} must be a whole number, got ${value}`)
}

function share(option: string, value: number): void {
  if (!(value > 0 && value <= 1)) throw new RangeError(`breaker: ${option} must be above 0 and at most 1, got ${value}`)
}
