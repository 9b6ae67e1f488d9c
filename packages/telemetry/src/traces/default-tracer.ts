import { currentCall } from '@ashlar/kernel'
import { ActiveSpan } from './active-span.ts'
import { inertSpan } from './inert-span.ts'
import type { Span, SpanOptions } from './span.ts'
import type { Tracer } from './tracer.ts'

// The process's tracers, the one in use last: library code has no composition root to get one from.
let tracers: readonly Tracer[] = []
let inUse: Tracer | undefined

/**
 * Makes `tracer` the one that {@link span} records with, until the result is disposed of: then the one before it is
 * again. `observe()` does it; a program that is not observed is not traced, and pays one comparison.
 */
export function useTracer(tracer: Tracer): Disposable {
  tracers = [...tracers, tracer]
  inUse = tracer
  let isUsed = true
  return {
    [Symbol.dispose]() {
      if (!isUsed) return
      isUsed = false
      tracers = tracers.toSpliced(tracers.lastIndexOf(tracer), 1)
      inUse = tracers.at(-1)
    },
  }
}

/**
 * Runs `work` as a span of the process's tracer, as {@link Tracer.span} does; just runs it when there is none.
 * Cost without a tracer: a comparison.
 */
export function span<T>(name: string, work: (span: Span) => T, options?: SpanOptions): T {
  return inUse === undefined ? work(inertSpan) : inUse.span(name, work, options)
}

/** The span that the running code is part of; one that ignores what it is told where there is none. */
export function currentSpan(): Span {
  const trace = currentCall()?.trace
  return trace instanceof ActiveSpan ? trace : inertSpan
}
