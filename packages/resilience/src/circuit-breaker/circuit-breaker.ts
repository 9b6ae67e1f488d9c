import { currentCall, runInContext, withoutStack, type PolicyCall, type Timer } from '@ashlar/kernel'
import { isRefusal } from '../internal/failures.ts'
import { tickerOf, type Ticker } from '../internal/ticker.ts'
import { BreakerCore, type BreakerSnapshot, type BreakerState } from './breaker-core.ts'
import { BreakerOpenError } from './errors.ts'
import { breakerRefusal, breakerTransition } from './events.ts'
import { breakerSettings, checkSettings, type BreakerOptions, type BreakerUpdate } from './options.ts'
import { checkSnapshot } from './snapshot.ts'

/**
 * `enforcing` refuses; `observing` judges and reports as if it did, and lets everything through; `disabled` does
 * nothing at all.
 */
export type BreakerMode = 'enforcing' | 'observing' | 'disabled'

/** The right to make one call. Settle it once. */
export interface BreakerPermit {
  success(): void
  failure(error: unknown): void
  /** The call ended without saying anything about the dependency: it was never made, or its caller left. */
  ignore(): void
}

/** What `tryRun` comes to. */
export type BreakerResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: BreakerOpenError }

const never = new AbortController().signal

/** What work is told that is run once, under no signal of its own: that of the call it is part of. */
const onlyAttempt: PolicyCall = {
  attempt: 1,
  get signal() {
    return currentCall()?.signal ?? never
  },
}

/**
 * Stops calling a dependency that keeps failing, and probes it again later.
 *
 * Safe from many callers. A call that succeeds costs two callbacks and an increment; the promise handed back is the
 * work's own. Fails in O(1). One timer while open or half-open, none while closed; none keeps the process alive.
 *
 * Source: M. Nygard, "Release It!", "Circuit Breaker"; windows after resilience4j. Differs: results of calls begun in an
 * earlier state are ignored, so that a slow success cannot close a circuit that has since opened; callers beyond the
 * probes are refused, never queued; probes have a deadline.
 */
export class CircuitBreaker implements Disposable {
  readonly name: string
  readonly #core: BreakerCore
  readonly #ticker: Ticker
  #mode: BreakerMode = 'enforcing'
  #permit: EpochPermit
  /** For calls that are only let through because nothing is refused: no epoch is theirs. */
  readonly #unjudged: EpochPermit
  #timer: Timer | undefined
  /** Calls that were refused since the breaker was made. */
  refused = 0
  /** Told of each change of state, for whoever owns this breaker; others listen to the channel. */
  onTransition: ((from: BreakerState['kind'], to: BreakerState['kind']) => void) | undefined = undefined

  /** @throws {RangeError} when an option makes no sense, naming it and its value. */
  constructor(options: BreakerOptions) {
    const settings = breakerSettings(options)
    this.name = settings.name
    this.#core = new BreakerCore(settings)
    this.#ticker = tickerOf(settings.clock)
    this.#permit = new EpochPermit(this, 0, false)
    this.#unjudged = new EpochPermit(this, -1, false)
  }

  get state(): BreakerState {
    return this.#core.state
  }

  get mode(): BreakerMode {
    return this.#mode
  }

  set mode(mode: BreakerMode) {
    this.#mode = mode
    if (mode === 'disabled') this.close()
  }

  /**
   * Runs `work` if the circuit lets it. Hands back the promise of `work` itself: one that nobody awaits does not surface
   * as an unhandled rejection.
   * @throws {BreakerOpenError} without calling `work`, while open, isolated, or all probes are in flight.
   */
  run<T>(work: (call: PolicyCall) => Promise<T>): Promise<T> {
    const permit = this.tryEnter()
    if (permit === undefined) return Promise.reject(this.refusal())
    let promise: Promise<T>
    try {
      promise = work(onlyAttempt)
    } catch (error) {
      permit.failure(error)
      return Promise.reject(error)
    }
    promise.then(permit.onFulfilled, permit.onRejected)
    return promise
  }

  /** Like {@link run}, but says that it was refused instead of throwing. Rejects as `work` does. */
  async tryRun<T>(work: (call: PolicyCall) => Promise<T>): Promise<BreakerResult<T>> {
    const permit = this.tryEnter()
    if (permit === undefined) return { ok: false, error: this.refusal() }
    try {
      const value = await work(onlyAttempt)
      permit.onFulfilled()
      return { ok: true, value }
    } catch (error) {
      permit.failure(error)
      throw error
    }
  }

  /** The permit for one call, or `undefined` when it is refused. Without a promise, for hot loops. */
  tryEnter(): EpochPermit | undefined {
    const core = this.#core
    if (core.kind === 'closed') return core.settings.slowCall === undefined ? this.#permit : this.#newPermit()
    const before = core.kind
    if (this.#mode === 'disabled') return this.#unjudged
    if (!core.admit(core.settings.clock.now())) return this.#mode === 'observing' ? this.#unjudged : this.#refuse()
    if (core.kind !== before) this.#changed(before)
    // Beside one that is on its way already its deadline stays: others that come and go must not put it off.
    if (core.inFlight === 1) this.#waitForProbes()
    return this.#newPermit()
  }

  /** The error for a caller that was just refused. */
  refusal(): BreakerOpenError {
    const { name: breaker } = this
    const retryAfterMs = this.#core.retryAfterMs(this.#core.settings.clock.now())
    return withoutStack(() => new BreakerOpenError({ breaker, retryAfterMs }))
  }

  /** Refuses everything until {@link close}: a person knows better. */
  isolate(reason: string): void {
    this.#transition(() => this.#core.isolate(reason))
  }

  /** Closes the circuit and forgets what has been. */
  close(): void {
    this.#transition(() => this.#core.close())
  }

  /** Changes settings at run time; the window and the state stay. @throws {RangeError} with nothing changed. */
  update(change: BreakerUpdate): void {
    const settings = { ...this.#core.settings, ...change }
    checkSettings(settings)
    this.#core.settings = settings
    const { kind, succeeded } = this.#core
    // Now enough probes have succeeded: no other would be admitted, whose success could say so.
    if (kind === 'half-open' && succeeded >= settings.probes) this.close()
  }

  /** What it remembers, as plain data. */
  snapshot(): BreakerSnapshot {
    return this.#core.snapshot(this.#core.settings.clock.now())
  }

  /**
   * Carries on from a snapshot, perhaps of another process.
   * @throws {TypeError} naming what is none of a snapshot, with nothing changed.
   */
  restore(snapshot: BreakerSnapshot): void {
    checkSnapshot(snapshot)
    this.#transition(() => this.#core.restore(snapshot, this.#core.settings.clock.now()))
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel()
  }

  /** Called by permits. @internal */
  settle(epoch: number, failed: boolean, tookMs: number): void {
    const core = this.#core
    if (epoch !== core.epoch || this.#mode === 'disabled') return
    this.#ticker.touch()
    const before = core.kind
    const slow = core.settings.slowCall !== undefined && tookMs > core.settings.slowCall.overMs
    if (failed) core.failure(epoch, slow, this.#ticker.nowMs)
    else core.success(epoch, slow, this.#ticker.nowMs)
    if (core.epoch !== epoch) this.#changed(before)
    // It does answer: those that came later have their own time.
    else if (before === 'half-open' && core.inFlight > 0) this.#waitForProbes()
  }

  /** Called by permits. @internal */
  ignored(epoch: number): void {
    this.#core.ignore(epoch)
  }

  /** Called by permits. @internal */
  isFailure(error: unknown): boolean | undefined {
    try {
      return this.#core.settings.isFailure(error)
    } catch {
      // What its owner's rule cannot read is not well; and whoever waits for the call must hear how it ended.
      return true
    }
  }

  /** Called by permits. @internal */
  nowMs(): number {
    return this.#core.settings.clock.now()
  }

  #newPermit(): EpochPermit {
    return new EpochPermit(this, this.#core.epoch, this.#core.settings.slowCall !== undefined)
  }

  #refuse(): undefined {
    this.refused++
    if (breakerRefusal.hasSubscribers) {
      breakerRefusal.publish({ breaker: this.name, retryAfterMs: this.#core.retryAfterMs(this.nowMs()) })
    }
    return undefined
  }

  #transition(change: () => void): void {
    const before = this.#core.kind
    change()
    this.#changed(before)
  }

  /** Makes the permit of the new epoch, reports, and arms the timer that ends the state by itself. */
  #changed(from: BreakerState['kind']): void {
    const { kind: to, epoch, window } = this.#core
    this.#permit = new EpochPermit(this, epoch, false)
    this.#timer?.cancel()
    this.#timer = undefined
    if (to === 'open') {
      const { clock } = this.#core.settings
      this.#after(this.#core.untilMs - clock.now(), () => this.#transition(() => this.#core.halfOpen()))
    }
    if (from === to) return
    if (breakerTransition.hasSubscribers) {
      const { calls, failures, slow } = window
      breakerTransition.publish({ breaker: this.name, from, to, calls, failures, slow })
    }
    this.onTransition?.(from, to)
  }

  #waitForProbes(): void {
    const { probeDeadlineMs } = this.#core.settings
    this.#timer?.cancel()
    this.#after(probeDeadlineMs, () => {
      if (this.#core.inFlight > 0) this.#transition(() => this.#core.open(this.nowMs()))
    })
  }

  #after(delayMs: number, run: () => void): void {
    const { clock } = this.#core.settings
    this.#timer = runInContext(undefined, () => clock.timer(delayMs, run, { background: true }))
  }
}

/** The permit of all calls of one closed epoch, or of one probe. */
class EpochPermit implements BreakerPermit {
  readonly #breaker: CircuitBreaker
  readonly #epoch: number
  /** `undefined` where nobody asks how long it took. */
  readonly #startMs: number | undefined
  readonly onFulfilled: () => void
  readonly onRejected: (error: unknown) => void

  constructor(breaker: CircuitBreaker, epoch: number, isTimed: boolean) {
    this.#breaker = breaker
    this.#epoch = epoch
    this.#startMs = isTimed ? breaker.nowMs() : undefined
    this.onFulfilled = () => this.success()
    this.onRejected = (error) => this.failure(error)
  }

  success(): void {
    this.#breaker.settle(this.#epoch, false, this.#tookMs())
  }

  failure(error: unknown): void {
    const failed = isRefusal(error) ? undefined : this.#breaker.isFailure(error)
    if (failed === undefined) this.ignore()
    else this.#breaker.settle(this.#epoch, failed, this.#tookMs())
  }

  ignore(): void {
    this.#breaker.ignored(this.#epoch)
  }

  #tookMs(): number {
    return this.#startMs === undefined ? 0 : this.#breaker.nowMs() - this.#startMs
  }
}
