import { AsyncLocalStorage } from '#platform'
import { systemClock, type Clock } from './clock.ts'
import { CancelledError, DeadlineExceededError, withoutStack } from './errors.ts'
import { timerWheel } from './timer-wheel.ts'
import { newTrace, type TraceContext } from './trace.ts'

/** On whose behalf a call is made. */
export interface Principal {
  readonly subject: string
  readonly roles: readonly string[]
}

/** What travels with a call: through awaits by AsyncLocalStorage, across processes on every wire. */
export interface CallContext {
  /** On this process's `Clock.now()` scale; `undefined` means none. */
  readonly deadlineMs: number | undefined
  /** Aborts at the deadline, when the caller goes away, or when it cancels. */
  readonly signal: AbortSignal
  readonly trace: TraceContext
  readonly principal: Principal | undefined
  readonly tenant: string | undefined
  readonly idempotencyKey: string | undefined
  /** Up to where the caller has seen writes, so that it reads its own. */
  readonly causalToken: string | undefined
  readonly baggage: Readonly<Record<string, string>>
  /**
   * Which attempt at the same work this is part of: above 1 where somebody further out is repeating it. Nobody further
   * in repeats then: retries of retries multiply.
   */
  readonly attempt: number
}

export interface CallOptions {
  /** How long the call may take from now, in milliseconds. A parent's earlier deadline wins. */
  readonly timeoutMs?: number | undefined
  /** Cancels the call besides the parent. */
  readonly signal?: AbortSignal | undefined
  /** Taken from the parent where absent; a root call starts a trace. */
  readonly trace?: TraceContext | undefined
  readonly principal?: Principal | undefined
  readonly tenant?: string | undefined
  readonly idempotencyKey?: string | undefined
  readonly causalToken?: string | undefined
  readonly baggage?: Readonly<Record<string, string>> | undefined
  /** @default the parent's, or 1 */
  readonly attempt?: number | undefined
  /** The call this one is part of. @default the current one; `null` starts afresh. */
  readonly parent?: CallContext | null | undefined
  readonly clock?: Clock
}

const current = new AsyncLocalStorage<CallContext>()

/**
 * The call that the running code is part of, or `undefined` outside any. About 15 ns.
 *
 * In a browser a call is current until the first `await` only: pass it on (`runCall({ parent: call })`, its signal).
 */
export function currentCall(): CallContext | undefined {
  return current.getStore()
}

/**
 * Milliseconds left until the call's deadline: `undefined` when it has none, never negative.
 */
export function remainingMs(call: CallContext | undefined, clock: Clock = systemClock): number | undefined {
  if (call?.deadlineMs === undefined) return undefined
  return Math.max(0, call.deadlineMs - clock.now())
}

/**
 * Runs `work` as a call with a deadline of its own: within its parent's, cancelled with it.
 *
 * The signal aborts when the first of these happens: the deadline passes ({@link DeadlineExceededError}), the parent or
 * the given signal aborts (its reason). The promise rejects at that moment even if `work` pays no heed; a `work` that
 * goes on alone should watch the signal. One AsyncLocalStorage run a call (about 0.2 us), one timer of the
 * shared wheel when there is a deadline.
 * @throws {DeadlineExceededError} without starting `work` when the deadline has passed already.
 */
export async function runCall<T>(options: CallOptions, work: (call: CallContext) => Promise<T>): Promise<T> {
  const clock = options.clock ?? systemClock
  const parent = options.parent === undefined ? currentCall() : (options.parent ?? undefined)
  const deadlineMs = earlier(
    parent?.deadlineMs,
    options.timeoutMs === undefined ? undefined : clock.now() + options.timeoutMs,
  )
  if (deadlineMs !== undefined && deadlineMs <= clock.now()) throw withoutStack(() => new DeadlineExceededError())
  const sources = [parent?.signal, options.signal].filter((signal) => signal !== undefined)
  for (const source of sources) if (source.aborted) throw abortReason(source)
  const controller = new AbortController()

  const call: CallContext = {
    deadlineMs,
    signal: controller.signal,
    trace: options.trace ?? parent?.trace ?? traceOfCall(),
    principal: options.principal ?? parent?.principal,
    tenant: options.tenant ?? parent?.tenant,
    idempotencyKey: options.idempotencyKey ?? parent?.idempotencyKey,
    causalToken: options.causalToken ?? parent?.causalToken,
    baggage: options.baggage ?? parent?.baggage ?? {},
    attempt: options.attempt ?? parent?.attempt ?? 1,
  }
  if (deadlineMs === undefined && sources.length === 0) return current.run(call, work, call)

  const end = Promise.withResolvers<T>()
  const abort = (reason: unknown): void => {
    controller.abort(reason)
    end.reject(reason)
  }
  const onAbort = (event: Event): void => abort(abortReason(event.target as AbortSignal))
  for (const source of sources) source.addEventListener('abort', onAbort, { once: true })
  // The wheel's callbacks run outside any call; those who hear the signal abort are still called from the parent.
  const expire = (): void => runInContext(parent, () => abort(withoutStack(() => new DeadlineExceededError())))
  const timer = deadlineMs === undefined ? undefined : timerWheel(clock).at(deadlineMs, expire)
  try {
    current.run(call, work, call).then(end.resolve, end.reject)
    return await end.promise
  } finally {
    timer?.cancel()
    for (const source of sources) source.removeEventListener('abort', onAbort)
  }
}

/**
 * Runs `work` under an existing context, without a new deadline or trace: for code that was queued by one call and
 * runs from another, or from none (`undefined`).
 */
export function runInContext<T>(call: CallContext | undefined, work: () => T): T {
  return call === undefined ? current.exit(work) : current.run(call, work)
}

/**
 * Runs `work` as part of the current call but at another place in its trace, or of a call of its own where there is
 * none: what is called within it belongs to that span. One AsyncLocalStorage run.
 */
export function runInTrace<T>(trace: TraceContext, work: () => T): T {
  const call = currentCall()
  return current.run(call === undefined ? callOf(trace) : { ...call, trace }, work)
}

/** Settles as `promise` does, or rejects with the signal's reason as soon as it aborts. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Why the signal aborted, as one of our own errors when the caller gave no reason of its own. */
export function abortReason(signal: AbortSignal): unknown {
  const reason: unknown = signal.reason
  if (reason instanceof DOMException && reason.name === 'AbortError') {
    return withoutStack(() => new CancelledError(undefined, { cause: reason }))
  }
  return reason
}

function callOf(trace: TraceContext): CallContext {
  return {
    deadlineMs: undefined,
    signal: new AbortController().signal,
    trace,
    principal: undefined,
    tenant: undefined,
    idempotencyKey: undefined,
    causalToken: undefined,
    baggage: {},
    attempt: 1,
  }
}

/** A call is no span: what is done within it comes first in its trace. */
function traceOfCall(): TraceContext {
  return { ...newTrace(), root: '' }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b
  return b === undefined ? a : Math.min(a, b)
}
