import { runInContext, withoutStack, type CallContext, type PolicyCall, type Timer } from '@ashlar/kernel'
import type { BreakerPermit } from '../circuit-breaker/index.ts'
import type { Membership } from '../internal/parents.ts'
import type { Watched } from '../internal/ticker.ts'
import { AttemptTimeoutError } from '../timeout/errors.ts'
import type { Pipeline } from './pipeline.ts'

/** Where an attempt stands. As numbers, since there is one on every path. */
export const running = 0
/** Its result no longer counts, or it has failed and the call goes on without it. */
export const over = 1
/** The caller has its answer. Of the attempt that stands for the call; the kinds are those of `Ending`. */
export const answered = 2
export const answeredFailure = 3
export const answeredSilence = 4

/** What only a call needs that has, or may have, more than one attempt. */
export interface More<T> {
  readonly first: Attempt<T>
  /** 0 where nobody asks. */
  readonly beganMs: number
  /** In the order in which they began. */
  readonly attempts: Attempt<T>[]
  readonly nextDelayMs: () => number
  /** For the next attempt. */
  timer: Timer | undefined
  /** Of the first attempt that has failed. */
  failure: { readonly error: unknown } | undefined
}

export function moreOf<T>(first: Attempt<T>, nextDelayMs: () => number, beganMs: number): More<T> {
  return { first, beganMs, attempts: [first], nextDelayMs, timer: undefined, failure: undefined }
}

/**
 * One run of the work. The first of them stands for the whole call: one object a call, kept small, for nearly all calls
 * end with their first attempt.
 */
export class Attempt<T = unknown> implements PolicyCall, Watched {
  readonly pipeline: Pipeline
  readonly work: (call: PolicyCall) => Promise<T>
  readonly context: CallContext | undefined
  readonly attempt: number
  state: number
  /** Of the call: works that run still, those included that nobody waits for. */
  live: number
  /** Of the call's promise: the only one of its functions that is kept. See {@link reject}. */
  resolve: ((value: T | PromiseLike<T>) => void) | undefined
  permit: BreakerPermit | undefined
  /** Of the call: to its caller's signal. */
  membership: Membership | undefined
  more: More<T> | undefined
  controller: AbortController | undefined
  previous: Watched | undefined
  next: Watched | undefined
  timer: Timer | undefined

  constructor(
    pipeline: Pipeline,
    work: (call: PolicyCall) => Promise<T>,
    context: CallContext | undefined,
    attempt: number,
    more: More<T> | undefined,
  ) {
    this.pipeline = pipeline
    this.work = work
    this.context = context
    this.attempt = attempt
    this.state = running
    this.live = 0
    this.resolve = undefined
    this.permit = undefined
    this.membership = undefined
    this.more = more
    this.controller = undefined
    this.previous = undefined
    this.next = undefined
    this.timer = undefined
  }

  get timeoutMs(): number {
    return this.pipeline.attemptTimeoutMs
  }

  /** The attempt that stands for the call. */
  get call(): Attempt<T> {
    return this.more === undefined ? this : this.more.first
  }

  /** Made when it is first asked for: a controller costs more than all the rest of a call. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController()
    return this.controller.signal
  }

  /** Tells the work to stop, also if it only asks later. */
  abort(reason: unknown): void {
    const controller = (this.controller ??= new AbortController())
    // Those who listen are called from the call they are part of, not from whoever's timer this is.
    runInContext(this.context, () => controller.abort(reason))
  }

  /** Rejects the call's promise, a step later than it would be with a function that every call had to have for it. */
  reject(error: unknown): void {
    this.resolve!(new Rejection(error) as unknown as PromiseLike<never>)
  }

  fulfilled(value: T): void {
    this.pipeline.fulfilled(this, value)
  }

  rejected(error: unknown): void {
    this.pipeline.rejected(this, error)
  }

  expire(): void {
    const { pipeline, timeoutMs } = this
    const error = withoutStack(() => new AttemptTimeoutError({ policy: pipeline.name, timeoutMs }))
    pipeline.timedOut(this, error)
  }
}

/**
 * A promise that is resolved with it rejects. A promise that has been rejected would do too, but the process would take it
 * down as one that nobody handles, and strike it out again.
 */
class Rejection {
  readonly #error: unknown

  constructor(error: unknown) {
    this.#error = error
  }

  // oxlint-disable-next-line unicorn/no-thenable -- that is what it is for
  then(_onFulfilled: unknown, onRejected: (error: unknown) => void): void {
    onRejected(this.#error)
  }
}
