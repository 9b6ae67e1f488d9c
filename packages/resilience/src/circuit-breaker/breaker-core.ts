import type { BreakerSettings } from './options.ts'
import { SlidingWindow, type WindowSums } from './sliding-window.ts'

/** What a breaker is doing, with the data that only then exist. */
export type BreakerState =
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'open'
      /** On the clock's `now()`. */ readonly untilMs: number
      /** In a row. */ readonly openings: number
    }
  | { readonly kind: 'half-open'; readonly succeeded: number; readonly inFlight: number; readonly openings: number }
  | { readonly kind: 'isolated'; readonly reason: string }

/** A breaker's memory as plain data. Times are relative: clocks differ from process to process. */
export interface BreakerSnapshot {
  readonly kind: BreakerState['kind']
  readonly openings: number
  /** How long it was still to stay open; 0 unless open. */
  readonly openForMs: number
  /** Empty unless isolated. */
  readonly reason: string
  readonly window: WindowSums
}

/**
 * The decisions of a circuit breaker, without timers, promises or events: told the time, told the results.
 *
 * Each state has an epoch of its own. A call belongs to the epoch that admitted it, and its result is ignored in any
 * other: what began before the circuit opened says nothing about the dependency now.
 */
export class BreakerCore {
  settings: BreakerSettings
  /** Grows with each change of state. */
  epoch = 0
  kind: BreakerState['kind'] = 'closed'
  readonly window: SlidingWindow
  untilMs = 0
  openings = 0
  inFlight = 0
  succeeded = 0
  reason = ''

  constructor(settings: BreakerSettings) {
    this.settings = settings
    this.window = new SlidingWindow(settings.window)
  }

  get state(): BreakerState {
    const { kind, untilMs, openings, succeeded, inFlight, reason } = this
    if (kind === 'open') return { kind, untilMs, openings }
    if (kind === 'half-open') return { kind, succeeded, inFlight, openings }
    return kind === 'isolated' ? { kind, reason } : { kind }
  }

  /** Whether a call may go through now. One that was admitted must be settled, in the epoch that admitted it. */
  admit(nowMs: number): boolean {
    if (this.kind === 'closed') return true
    if (this.kind === 'open' && nowMs >= this.untilMs) this.halfOpen()
    if (this.kind !== 'half-open' || this.inFlight + this.succeeded >= this.settings.probes) return false
    this.inFlight++
    return true
  }

  success(epoch: number, slow: boolean, nowMs: number): void {
    if (epoch !== this.epoch) return
    if (this.kind === 'closed') {
      this.window.record(false, slow, nowMs)
      // A quick success may complete the number of calls without which failed and slow ones said nothing.
      if (this.window.failures > 0 || this.window.slow > 0) this.#judge(nowMs)
    } else if (this.kind === 'half-open') {
      this.inFlight--
      if (slow) this.open(nowMs)
      else if (++this.succeeded >= this.settings.probes) this.close()
    }
  }

  failure(epoch: number, slow: boolean, nowMs: number): void {
    if (epoch !== this.epoch) return
    if (this.kind === 'closed') {
      this.window.record(true, slow, nowMs)
      this.#judge(nowMs)
    } else if (this.kind === 'half-open') this.open(nowMs)
  }

  /** The call ended without saying anything about the dependency. */
  ignore(epoch: number): void {
    if (epoch === this.epoch && this.kind === 'half-open') this.inFlight--
  }

  /** How long a refused caller should wait before it tries again; at least 1. */
  retryAfterMs(nowMs: number): number {
    if (this.kind === 'open') return Math.max(1, Math.ceil(this.untilMs - nowMs))
    // Probes are on their way, or a person decides: nobody knows.
    return this.settings.openMs
  }

  open(nowMs: number): void {
    const { openMs, openGrowth, maxOpenMs, openJitter, random } = this.settings
    const grown = Math.min(maxOpenMs, openMs * openGrowth ** this.openings)
    this.openings++
    this.untilMs = nowMs + grown * (1 + openJitter * (2 * random.next() - 1))
    this.#enter('open')
  }

  halfOpen(): void {
    this.#enter('half-open')
    this.inFlight = this.succeeded = 0
  }

  close(): void {
    this.openings = 0
    this.window.clear()
    this.#enter('closed')
  }

  isolate(reason: string): void {
    this.reason = reason
    this.#enter('isolated')
  }

  snapshot(nowMs: number): BreakerSnapshot {
    this.window.slide(nowMs)
    const { kind, openings, reason, window } = this
    return {
      kind,
      openings,
      openForMs: kind === 'open' ? Math.max(0, this.untilMs - nowMs) : 0,
      reason: kind === 'isolated' ? reason : '',
      window: { calls: window.calls, failures: window.failures, slow: window.slow },
    }
  }

  restore(snapshot: BreakerSnapshot, nowMs: number): void {
    this.window.restore(snapshot.window, nowMs)
    this.openings = snapshot.openings
    this.reason = snapshot.reason
    this.untilMs = nowMs + snapshot.openForMs
    this.inFlight = this.succeeded = 0
    this.#enter(snapshot.kind)
  }

  #judge(nowMs: number): void {
    const { window, settings } = this
    if (window.calls < settings.minCalls) return
    // Divided and not multiplied: 7 of 100 are 0.07, but 0.07 * 100 is more than 7.
    const tooManyFailed = window.failures / window.calls >= settings.failureRate
    const tooManySlow = settings.slowCall !== undefined && window.slow / window.calls >= settings.slowCall.rate
    if (tooManyFailed || tooManySlow) this.open(nowMs)
  }

  #enter(kind: BreakerState['kind']): void {
    this.kind = kind
    this.epoch++
  }
}
