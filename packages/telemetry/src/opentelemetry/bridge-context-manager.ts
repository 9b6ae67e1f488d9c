import { AsyncLocalStorage } from 'node:async_hooks'
import { ROOT_CONTEXT, trace, type Context, type ContextManager } from '@opentelemetry/api'
import { currentCall, runInTrace, type TraceContext } from '@ashlar/kernel'
import { bridgeOf, traceOf } from './bridge-span.ts'

/** A context that was made active, and where its call stood in a trace then. */
interface Entered {
  readonly context: Context
  readonly trace: TraceContext | undefined
}

/**
 * Keeps OpenTelemetry's context and kernel's call in step: a span that is made active in one is the parent of what is
 * begun in the other. Whichever was entered last counts; other values of a context stay with it within its trace.
 */
export class BridgeContextManager implements ContextManager {
  readonly #entered = new AsyncLocalStorage<Entered>()

  active(): Context {
    const here = currentCall()?.trace
    const entered = this.#entered.getStore()
    if (entered !== undefined && entered.trace === here) return entered.context
    if (here === undefined) return ROOT_CONTEXT
    // One of our own spans was entered since, or the work of another call is being run.
    const base = entered?.trace?.traceId === here.traceId ? entered.context : ROOT_CONTEXT
    return trace.setSpan(base, bridgeOf(here))
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const here = currentCall()?.trace
    const there = traceOf(trace.getSpan(context)) ?? here
    const run = (): ReturnType<F> =>
      this.#entered.run({ context, trace: there }, () => fn.call(thisArg as ThisParameterType<F>, ...args))
    return there === undefined || there === here ? run() : runInTrace(there, run)
  }

  /** Functions only: listeners of an emitter run where it emits. */
  bind<T>(context: Context, target: T): T {
    if (typeof target !== 'function') return target
    const enter = (work: () => unknown): unknown => this.with(context, work)
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return enter(() => target.apply(this, args) as unknown)
    }
    Object.defineProperty(bound, 'length', { value: target.length, configurable: true })
    return bound as T
  }

  enable(): this {
    return this
  }

  disable(): this {
    this.#entered.disable()
    return this
  }
}
