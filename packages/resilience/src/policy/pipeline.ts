import {
  abortReason,
  CancelledError,
  currentCall,
  hasCode,
  markRetried,
  remainingMs,
  runInContext,
  timerWheel,
  withoutStack,
  type CallContext,
  type Clock,
  type PolicyCall,
} from '@ashlar/kernel'
import { hedged } from '../hedge/events.ts'
import type { HedgeSettings } from '../hedge/options.ts'
import { endingOf, type Ending } from '../internal/ending.ts'
import { joinFamily } from '../internal/parents.ts'
import { tickerOf, type Ticker } from '../internal/ticker.ts'
import { decideRetry, type GiveUp } from '../retry/decide.ts'
import { retryGivenUp, retryScheduled } from '../retry/events.ts'
import { attemptTimedOut } from '../timeout/events.ts'
import { answered, answeredFailure, answeredSilence, Attempt, moreOf, over, running, type More } from './attempt.ts'
import { Entry, Refusal } from './entry.ts'
import type { Parts, RateGate } from './parts.ts'

/** What one call may say of itself. */
export interface RunOptions {
  /** Cancels the call. @default the current call's */
  readonly signal?: AbortSignal | undefined
  /** Whose rate it counts against. @default '' */
  readonly key?: string
  /** How much of the rate it takes. @default 1 */
  readonly cost?: number
  /** Goes ahead of lower ones where calls queue. @default 0 */
  readonly priority?: number
}

/** Counted since the policy was made: plain fields, read when somebody asks. */
export interface PolicyCounters {
  calls: number
  failed: number
  refused: number
  retried: number
  hedged: number
  timedOut: number
}

type Work<T> = (call: PolicyCall) => Promise<T>

const noDelays = (): number => 0

// Early by that much, a hedge after few milliseconds would be one for nearly every call.
const wheelEarlinessMs = 1.25

/**
 * The parts of a policy as one machine: admission by rate and concurrency, then attempts, each through the breaker and
 * under its timeout. A part that is absent is a field that is tested.
 */
export class Pipeline {
  readonly name: string
  attemptTimeoutMs: number
  readonly counters: PolicyCounters = { calls: 0, failed: 0, refused: 0, retried: 0, hedged: 0, timedOut: 0 }
  #parts: Parts
  readonly #shed: Parts['shed']
  readonly #clock: Clock
  readonly #ticker: Ticker

  constructor(parts: Parts, clock: Clock) {
    this.name = parts.name
    this.attemptTimeoutMs = parts.attemptTimeoutMs
    this.#parts = parts
    this.#shed = parts.shed
    this.#clock = clock
    this.#ticker = tickerOf(clock)
  }

  /**
   * Goes on with other parts; calls under way end as they began, but for what comes next for them. An attempt that has just
   * begun, less than a tick ago, gets the new timeout.
   */
  use(parts: Parts): void {
    this.#parts = parts
    this.attemptTimeoutMs = parts.attemptTimeoutMs
  }

  run<T>(work: Work<T>, options?: RunOptions): Promise<T> {
    const { rate, concurrency } = this.#parts
    this.counters.calls++
    const context = currentCall()
    const parent = options?.signal ?? context?.signal
    if (parent?.aborted === true) return Promise.reject(abortReason(parent))
    if (this.#shed?.admits() === false) return this.#refused(this.#shed.refusal())
    if (rate !== undefined) {
      const refusal = overRate(rate, options?.key ?? '', options?.cost ?? 1)
      if (refusal !== undefined) return this.#refused(refusal)
    }
    if (concurrency === undefined || concurrency.tryEnter()) return this.#begin(work, context, parent)
    return concurrency.enter({ signal: parent, priority: options?.priority ?? 0 }).then(
      () => {
        if (parent?.aborted !== true) return this.#begin(work, context, parent)
        concurrency.release('silent')
        throw abortReason(parent)
      },
      (error: unknown) => this.#refused(error),
    )
  }

  /** Like the beginning of `run`, for whoever makes the call: what would have to wait is refused. */
  tryEnter(options: Omit<RunOptions, 'priority'> = {}): Entry | Refusal {
    const { rate, concurrency, breaker } = this.#parts
    const { key = '', cost = 1, signal = currentCall()?.signal } = options
    this.counters.calls++
    if (signal?.aborted === true) return new Refusal(abortReason(signal))
    if (this.#shed?.admits() === false) return this.#turnedAway(this.#shed.refusal())
    const refusal = rate === undefined ? undefined : overRate(rate, key, cost)
    if (refusal !== undefined) return this.#turnedAway(refusal)
    if (concurrency?.tryEnter() === false) return this.#turnedAway(concurrency.refusal())
    const permit = breaker?.tryEnter()
    if (breaker === undefined || permit !== undefined) return new Entry(this.#parts, permit, this.counters)
    concurrency?.release('silent')
    this.counters.failed++
    return this.#turnedAway(breaker.refusal())
  }

  /** The attempt's time is up: its result no longer counts. */
  timedOut<T>(attempt: Attempt<T>, error: Error): void {
    if (attempt.state !== running) return
    this.counters.timedOut++
    if (attemptTimedOut.hasSubscribers) {
      attemptTimedOut.publish({ policy: this.name, attempt: attempt.attempt, timeoutMs: attempt.timeoutMs })
    }
    attempt.state = over
    attempt.permit?.failure(error)
    attempt.abort(error)
    this.#failed(attempt, error)
  }

  #refused(error: unknown): Promise<never> {
    this.counters.refused++
    return Promise.reject(error)
  }

  #turnedAway(error: unknown): Refusal {
    this.counters.refused++
    return new Refusal(error)
  }

  #begin<T>(work: Work<T>, context: CallContext | undefined, parent: AbortSignal | undefined): Promise<T> {
    const { retry, hedge } = this.#parts
    const first = new Attempt<T>(this, work, context, 1, undefined)
    const promise = new Promise<T>((resolve) => {
      first.resolve = resolve
    })
    if (parent !== undefined) this.#join(first, parent)
    if (retry !== undefined) retry.budget.deposit()
    if (hedge !== undefined) hedge.budget.deposit()
    this.#launch(first)
    return promise
  }

  #join<T>(first: Attempt<T>, parent: AbortSignal): void {
    first.membership = joinFamily(parent, () => this.#abandoned(first, parent))
  }

  #launch<T>(attempt: Attempt<T>): void {
    const { breaker, hedge } = this.#parts
    if (breaker !== undefined) {
      attempt.permit = breaker.tryEnter()
      if (attempt.permit === undefined) {
        attempt.state = over
        this.counters.refused++
        // Trying again is what the breaker is there to prevent.
        this.#answerFailure(attempt.call, breaker.refusal())
        return
      }
    }
    if (this.attemptTimeoutMs > 0) this.#ticker.watch(attempt)
    if (hedge !== undefined) this.#hedgeLater(attempt, hedge)
    attempt.call.live++
    let promise: Promise<T>
    try {
      promise = attempt.work(attempt)
    } catch (error) {
      promise = Promise.reject(error)
    }
    // Bound, because closures and the scope they share take half as much memory again.
    promise.then(attempt.fulfilled.bind(attempt), attempt.rejected.bind(attempt))
  }

  /** The attempt's work has succeeded. */
  fulfilled<T>(attempt: Attempt<T>, value: T): void {
    if (attempt.more === undefined && attempt.state === running) {
      this.#answer(attempt, value)
      return
    }
    const { call } = attempt
    call.live--
    if (attempt.state === running) {
      attempt.state = over
      this.#unwatch(attempt)
      if (attempt.permit !== undefined) attempt.permit.success()
      if (call.more !== undefined) this.#learn(call.more)
      this.#end(call, answered, undefined)
      call.resolve!(value)
    }
    this.#giveBack(call)
  }

  /** How nearly all calls end: the only attempt has succeeded, and nothing else is under way. */
  #answer<T>(only: Attempt<T>, value: T): void {
    const { concurrency } = this.#parts
    only.live = 0
    only.state = answered
    this.#unwatch(only)
    if (only.permit !== undefined) only.permit.success()
    if (this.#shed !== undefined) this.#shed.record(true)
    if (only.membership !== undefined) only.membership.leave()
    only.resolve!(value)
    if (concurrency !== undefined) concurrency.release('answered')
  }

  #learn<T>({ beganMs }: More<T>): void {
    const { hedge } = this.#parts
    // From the beginning of the first attempt: the call was that slow, however quick the hedge that saved it.
    if (hedge?.latencies !== undefined) hedge.latencies.record(this.#clock.now() - beganMs)
  }

  /** The attempt's work has failed. */
  rejected<T>(attempt: Attempt<T>, error: unknown): void {
    attempt.call.live--
    if (attempt.state === running) {
      attempt.state = over
      this.#unwatch(attempt)
      if (attempt.permit !== undefined) attempt.permit.failure(error)
      this.#failed(attempt, error)
    } else this.#giveBack(attempt.call)
  }

  /** The caller has left. */
  #abandoned<T>(call: Attempt<T>, signal: AbortSignal): void {
    const reason = abortReason(signal)
    const wasTooSlow = hasCode(reason, 'ASHLAR_DEADLINE_EXCEEDED')
    if (wasTooSlow) this.counters.failed++
    if (wasTooSlow && call.more !== undefined && call.more.attempts.length > 1) markRetried(reason)
    this.#end(call, wasTooSlow ? answeredFailure : answeredSilence, reason)
    call.reject(reason)
    this.#giveBack(call)
  }

  /** An attempt has failed: tries again, waits for those that are on their way, or tells the caller. */
  #failed<T>(attempt: Attempt<T>, error: unknown): void {
    const { retry } = this.#parts
    const { call } = attempt
    if (retry === undefined) {
      this.#failedForGood(call, error)
      return
    }
    const more = (call.more ??= moreOf(call, retry.delays(), 0))
    const left = remainingMs(call.context, this.#clock)
    const failure = { error, attempt: attempt.attempt, nextDelayMs: more.nextDelayMs, remainingMs: left }
    const isNested = call.context !== undefined && call.context.attempt > 1
    const decision = isNested ? 'already-retried' : decideRetry(failure, retry)
    if (typeof decision === 'number') this.#retryAfter(decision, more, error)
    else this.#giveUp(attempt, error, decision)
  }

  /** Without retry: a failure waits for the attempts beside it, and the first one is told. */
  #failedForGood<T>(call: Attempt<T>, error: unknown): void {
    const { more } = call
    if (more === undefined) {
      this.#answerFailure(call, error)
      return
    }
    more.failure ??= { error }
    if (more.attempts.some(({ state }) => state === running)) return
    if (more.attempts.length > 1) markRetried(more.failure.error)
    this.#answerFailure(call, more.failure.error)
  }

  #retryAfter<T>(delayMs: number, more: More<T>, error: unknown): void {
    this.counters.retried++
    if (retryScheduled.hasSubscribers) {
      retryScheduled.publish({ policy: this.name, attempt: more.attempts.length, delayMs, error })
    }
    // Not the wheel's: a program has not ended as long as something is to be tried again.
    more.timer = this.#clock.timer(delayMs, () => this.#again(more))
  }

  #giveUp<T>({ attempt, call }: Attempt<T>, error: unknown, why: GiveUp): void {
    if (attempt > 1) markRetried(error)
    if (why !== 'not-retryable' && retryGivenUp.hasSubscribers) {
      retryGivenUp.publish({ policy: this.name, attempt, why, error })
    }
    this.#answerFailure(call, error)
  }

  /** Runs the work once more, as part of the caller's call but marked as a repetition. */
  #again<T>(more: More<T>): void {
    const { work, context } = more.first
    const attempt = new Attempt<T>(this, work, context, more.attempts.length + 1, more)
    more.attempts.push(attempt)
    const marked = context === undefined ? undefined : { ...context, attempt: attempt.attempt }
    runInContext(marked, () => this.#launch(attempt))
  }

  #hedgeLater<T>(attempt: Attempt<T>, hedge: HedgeSettings): void {
    const { call } = attempt
    const nowMs = this.#clock.now()
    const more = (call.more ??= moreOf(call, noDelays, nowMs))
    const delayMs = hedge.afterMs ?? hedge.latencies?.delayMs
    // Whoever repeats the call further out sees to it that it is answered; hedges of hedges would multiply.
    const isNested = call.context !== undefined && call.context.attempt > 1
    if (delayMs === undefined || isNested || more.attempts.length >= hedge.maxAttempts) return
    const dueMs = nowMs + delayMs + wheelEarlinessMs
    more.timer = timerWheel(this.#clock).at(dueMs, () => this.#hedge(more, hedge, delayMs))
  }

  #hedge<T>(more: More<T>, hedge: HedgeSettings, afterMs: number): void {
    const { breaker } = this.#parts
    // What is in doubt gets its probes, and nothing on top.
    if (breaker !== undefined && breaker.mode === 'enforcing' && breaker.state.kind !== 'closed') return
    if (!hedge.budget.withdraw()) return
    this.counters.hedged++
    if (hedged.hasSubscribers) hedged.publish({ policy: this.name, attempt: more.attempts.length + 1, afterMs })
    this.#again(more)
  }

  #answerFailure<T>(call: Attempt<T>, error: unknown): void {
    this.counters.failed++
    this.#end(call, states[endingOf(error)], undefined)
    call.reject(error)
    this.#giveBack(call)
  }

  /** The caller gets its answer: what is still under way is told to stop, for `reason` or because nobody needs it. */
  #end<T>(call: Attempt<T>, state: number, reason: unknown): void {
    const { more } = call
    const wasRunning = call.state === running
    call.state = state
    if (this.#shed !== undefined && state !== answeredSilence) this.#shed.record(state === answered)
    if (call.membership !== undefined) call.membership.leave()
    if (wasRunning) this.#stop(call, reason)
    if (more === undefined) return
    more.timer?.cancel()
    for (const other of more.attempts) {
      if (other.state !== running) continue
      other.state = over
      this.#stop(other, reason)
    }
  }

  #stop<T>(attempt: Attempt<T>, reason: unknown): void {
    this.#unwatch(attempt)
    // A dependency that used up all the time there was is ill; one whose caller left may be well.
    if (hasCode(reason, 'ASHLAR_DEADLINE_EXCEEDED')) attempt.permit?.failure(reason)
    else attempt.permit?.ignore()
    attempt.abort(reason ?? withoutStack(() => new CancelledError('another attempt has answered')))
  }

  #unwatch<T>(attempt: Attempt<T>): void {
    if (attempt.next !== undefined || attempt.timer !== undefined) this.#ticker.unwatch(attempt)
  }

  /** The slot goes back when nothing of the call runs any more: a work that was given up takes its place until then. */
  #giveBack<T>(call: Attempt<T>): void {
    const { concurrency } = this.#parts
    if (concurrency !== undefined && call.live === 0 && call.state >= answered)
      concurrency.release(endings[call.state]!)
  }
}

/** Why the rate does not let the call go. A cost that makes no sense is told in the same way: it may be anybody's. */
function overRate(rate: RateGate, key: string, cost: number): Error | undefined {
  try {
    const waitMs = rate.take(key, cost)
    return waitMs > 0 ? rate.refusal(key, waitMs) : undefined
  } catch (error) {
    return error instanceof Error ? error : new Error('the rate limit has failed', { cause: error })
  }
}

/** By the state of the call. */
const endings: readonly Ending[] = ['silent', 'silent', 'answered', 'failed', 'silent']

const states: Readonly<Record<Ending, number>> = {
  answered,
  failed: answeredFailure,
  silent: answeredSilence,
}
