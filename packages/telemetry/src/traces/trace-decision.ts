import type { Clock, TraceContext } from '@ashlar/kernel'
import { PerSecond } from './per-second.ts'
import type { SpanRecord } from './span-record.ts'

/** Why a trace was kept: the first of these that holds. */
export type KeepReason = 'error' | 'slow' | 'one-in-n' | 'forced'

/** What is known of a trace, as far as it bears on the decision, besides the span that ends it. */
export interface TraceSoFar {
  readonly hasFailed: boolean
  readonly isForced: boolean
}

export interface DecisionOptions {
  readonly slowMs: number
  readonly keepOneIn: number
  readonly maxForcedPerSecond: number
  readonly clock: Clock
}

/** Decides which traces are kept, when their work here has ended. */
export class TraceDecision {
  readonly #options: DecisionOptions
  readonly #threshold: string
  readonly #forced: PerSecond

  constructor(options: DecisionOptions) {
    this.#options = options
    this.#forced = new PerSecond(options.clock, options.maxForcedPerSecond)
    this.#threshold = thresholdOf(options.keepOneIn)
  }

  /** By the trace's first span here, and the other spans so far. `undefined`: it is not kept. */
  ofRoot(root: SpanRecord, trace: TraceContext, soFar: TraceSoFar | undefined): KeepReason | undefined {
    if (root.error !== undefined || soFar?.hasFailed === true) return 'error'
    if (root.durationMs >= this.#options.slowMs) return 'slow'
    return this.#byTrace(root.traceId, trace.sampled || soFar?.isForced === true)
  }

  /** Before the first span has ended: how long it takes is not known. */
  early(traceId: string, { hasFailed, isForced }: TraceSoFar): KeepReason | undefined {
    return hasFailed ? 'error' : this.#byTrace(traceId, isForced)
  }

  isOneInN(traceId: string): boolean {
    const threshold = this.#threshold
    for (let at = 0; at < threshold.length; at++) {
      const above = traceId.charCodeAt(18 + at) - threshold.charCodeAt(at)
      if (above !== 0) return above > 0
    }
    return true
  }

  #byTrace(traceId: string, isForced: boolean): KeepReason | undefined {
    if (this.isOneInN(traceId)) return 'one-in-n'
    return isForced && this.#forced.take() ? 'forced' : undefined
  }
}

/**
 * The last 14 digits of the ids that are kept begin here; empty when all are kept. OpenTelemetry's consistent sampling
 * (`ot=th`) keeps the same ones, so services of either kind agree.
 */
function thresholdOf(keepOneIn: number): string {
  if (keepOneIn === 1) return ''
  const all = 2n ** 56n
  return (all - all / BigInt(keepOneIn)).toString(16).padStart(14, '0')
}
