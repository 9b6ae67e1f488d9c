import {
  currentCall,
  DeadlineExceededError,
  remainingMs,
  runCall,
  systemClock,
  withoutStack,
  type Clock,
  type PolicyCall,
} from '@ashlar/kernel'
import type { BreakerSnapshot, CircuitBreaker } from '../circuit-breaker/index.ts'
import { Degraded } from '../fallback/degraded.ts'
import { fellBack } from '../fallback/events.ts'
import { changedParts, partsOf } from './compile.ts'
import { Refusal, type PolicyEntry, type PolicyRefusal } from './entry.ts'
import type { PolicyOptions, PolicyUpdate } from './options.ts'
import type { Parts } from './parts.ts'
import { Pipeline, type PolicyCounters, type RunOptions } from './pipeline.ts'

/** What a call under a policy comes to: a policy with a fallback may answer with that. */
export type Outcome<T, F> = [F] extends [never] ? T : T | Degraded<F>

/** What `tryRun` comes to. */
export type PolicyResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

/** A policy as plain data: its counters and its breaker's memory. */
export interface PolicySnapshot {
  readonly name: string
  readonly counters: Readonly<PolicyCounters>
  readonly breaker?: BreakerSnapshot
}

/**
 * Circuit breaker, retry, timeout, limits and fallback as one object, made once in an app's composition root and handed
 * to whatever calls that dependency. Safe from many callers.
 *
 * `run` is a kernel `Policy` where there is no fallback, and may be passed around by itself.
 */
export interface ResiliencePolicy<F = never> {
  readonly name: string
  readonly counters: Readonly<PolicyCounters>
  /** `undefined` without a breaker. */
  readonly breaker: CircuitBreaker | undefined
  /**
   * @throws what the work throws in its last attempt, or a refusal: {@link BreakerOpenError}, {@link AttemptTimeoutError},
   * {@link DeadlineExceededError}, a limit's own, the reason of the caller's signal.
   */
  readonly run: <T>(work: (call: PolicyCall) => Promise<T>, options?: RunOptions) => Promise<Outcome<T, F>>
  /** Like `run`, and never rejects. */
  readonly tryRun: <T>(
    work: (call: PolicyCall) => Promise<T>,
    options?: RunOptions,
  ) => Promise<PolicyResult<Outcome<T, F>>>
  /**
   * Decides at once, without a promise and without throwing, whether a call may be made: for whoever makes it in a way that
   * is not a function to be run. Shedding, rate, bulkhead and breaker apply, and `minRemainingMs`; where a call would have
   * to wait for a slot it is refused. Retry, hedge, fallback, deadline and attempt timeout belong to `run`, and are not
   * part of an entry.
   */
  readonly tryEnter: (options?: Omit<RunOptions, 'priority'>) => PolicyEntry | PolicyRefusal
  /** Changes settings and keeps what the parts remember. @throws {RangeError} with nothing changed. */
  update(change: PolicyUpdate): void
  snapshot(): PolicySnapshot
  /** Carries on from a snapshot, perhaps of another process. @throws {TypeError} when it is none, with nothing changed. */
  restore(snapshot: PolicySnapshot): void
}

/**
 * Compiles a policy.
 * @throws {RangeError} {@link TypeError} when an option makes no sense, naming it and its value.
 */
export function policy<F = never>(name: string, options: PolicyOptions<F> = {}): ResiliencePolicy<F> {
  return new CompiledPolicy<F>(name, options)
}

class CompiledPolicy<F> implements ResiliencePolicy<F> {
  readonly name: string
  readonly breaker: CircuitBreaker | undefined
  readonly run: ResiliencePolicy<F>['run']
  readonly tryRun: ResiliencePolicy<F>['tryRun']
  readonly tryEnter: ResiliencePolicy<F>['tryEnter']
  #options: PolicyOptions<F>
  #parts: Parts
  readonly #clock: Clock
  readonly #pipeline: Pipeline

  constructor(name: string, options: PolicyOptions<F>) {
    if (typeof name !== 'string' || name === '') throw new TypeError('policy: name is required')
    const { clock = systemClock } = options
    this.name = name
    this.#options = options
    this.#clock = clock
    this.#parts = partsOf(name, options)
    this.breaker = this.#parts.breaker
    this.#pipeline = new Pipeline(this.#parts, clock)
    this.run = this.#compile()
    this.tryRun = async (work, runOptions) => {
      try {
        return { ok: true, value: await this.run(work, runOptions) }
      } catch (error) {
        return { ok: false, error }
      }
    }
    this.tryEnter = (entryOptions) => {
      const tooLate = this.#tooLate()
      return tooLate === undefined ? this.#pipeline.tryEnter(entryOptions) : new Refusal(tooLate)
    }
  }

  get counters(): Readonly<PolicyCounters> {
    return this.#pipeline.counters
  }

  update(change: PolicyUpdate): void {
    this.#parts = changedParts(this.#parts, this.#options, change)
    this.#pipeline.use(this.#parts)
    const { retry } = this.#options
    if (retry !== undefined) this.#options = { ...this.#options, retry: { ...retry, ...change.retry } }
  }

  snapshot(): PolicySnapshot {
    const { name, breaker } = this
    const counters = { ...this.counters }
    return breaker === undefined ? { name, counters } : { name, counters, breaker: breaker.snapshot() }
  }

  restore(snapshot: PolicySnapshot): void {
    const { counters } = this.#pipeline
    const restored = { ...counters }
    for (const name of Object.keys(counters) as (keyof PolicyCounters)[]) {
      const count: unknown = snapshot.counters[name]
      // A snapshot of an older version may lack one.
      if (count === undefined) continue
      if (!Number.isInteger(count))
        throw new TypeError(`policy: a snapshot's counters.${name} cannot be ${JSON.stringify(count)}`)
      restored[name] = count as number
    }
    if (snapshot.breaker !== undefined) this.breaker?.restore(snapshot.breaker)
    Object.assign(counters, restored)
  }

  /** The outer layers, only where they are wanted. */
  #compile(): ResiliencePolicy<F>['run'] {
    const { deadlineMs, minRemainingMs = 0, fallback } = this.#options
    const pipeline = this.#pipeline
    const clock = this.#clock
    const plain = <T>(work: (call: PolicyCall) => Promise<T>, options?: RunOptions): Promise<T> =>
      pipeline.run(work, options)
    const timed: typeof plain =
      deadlineMs === undefined && minRemainingMs === 0
        ? plain
        : async (work, options) => {
            const tooLate = this.#tooLate()
            if (tooLate !== undefined) throw tooLate
            if (deadlineMs === undefined) return plain(work, options)
            const { signal, ...others } = options ?? {}
            return runCall({ timeoutMs: deadlineMs, signal, clock }, () => plain(work, others))
          }
    if (fallback === undefined) return timed
    return (async (work, options) => {
      try {
        return await timed(work, options)
      } catch (error) {
        return this.#fallBack(error, options?.signal)
      }
    }) as ResiliencePolicy<F>['run']
  }

  /** Where less time is left than the work takes. */
  #tooLate(): DeadlineExceededError | undefined {
    const { minRemainingMs = 0 } = this.#options
    const leftMs = minRemainingMs === 0 ? undefined : remainingMs(currentCall(), this.#clock)
    if (leftMs === undefined || leftMs >= minRemainingMs) return undefined
    return withoutStack(() => new DeadlineExceededError(`"${this.name}" was not begun: too little time is left`))
  }

  async #fallBack(error: unknown, signal: AbortSignal | undefined): Promise<Degraded<F>> {
    const { fallback } = this.#options
    const call = currentCall()
    // A caller that has left needs no second-best answer.
    if (signal?.aborted === true || call?.signal.aborted === true) throw error
    let hasFailed = false
    try {
      return new Degraded(await fallback!(error, call), error)
    } catch {
      hasFailed = true
      throw error
    } finally {
      if (fellBack.hasSubscribers) fellBack.publish({ policy: this.name, error, hasFailed })
    }
  }
}
