import type { TraceContext } from '@ashlar/kernel'
import type { SpanRecord } from './span-record.ts'
import type { TraceSoFar } from './trace-decision.ts'

/** What has ended of a trace here while its first span goes on. */
export interface OpenTrace extends TraceSoFar {
  readonly root: string
  readonly sinceMs: number
  readonly spans: SpanRecord[]
  hasFailed: boolean
  isForced: boolean
}

export interface OpenTracesOptions {
  readonly capacitySpans: number
  readonly maxSpansPerTrace: number
  readonly maxOpenMs: number
}

/** Spans that wait for what is decided about their trace, by the trace's first span here. */
export class OpenTraces {
  readonly #traces = new Map<string, OpenTrace>()
  readonly #options: OpenTracesOptions
  #waiting = 0
  /** The one that was asked for last: spans of a trace often end in a row. */
  #latest: OpenTrace | undefined

  constructor(options: OpenTracesOptions) {
    this.#options = options
  }

  get(root: string): OpenTrace | undefined {
    if (this.#traces.size === 0) return undefined
    if (this.#latest?.root !== root) this.#latest = this.#traces.get(root)
    return this.#latest
  }

  open(root: string, nowMs: number): OpenTrace {
    const trace: OpenTrace = { root, sinceMs: nowMs, spans: [], hasFailed: false, isForced: false }
    this.#traces.set(root, trace)
    return trace
  }

  /** False when the trace has as many spans as it may; what the span says about the decision counts all the same. */
  add(open: OpenTrace, span: SpanRecord, trace: TraceContext): boolean {
    if (span.error !== undefined) open.hasFailed = true
    if (trace.sampled) open.isForced = true
    if (open.spans.length >= this.#options.maxSpansPerTrace) return false
    open.spans.push(span)
    this.#waiting += 1
    return true
  }

  close(open: OpenTrace): void {
    this.#traces.delete(open.root)
    if (this.#latest === open) this.#latest = undefined
    this.#waiting -= open.spans.length
  }

  oldest(): OpenTrace | undefined {
    return this.#traces.size === 0 ? undefined : this.#traces.values().next().value
  }

  /** The trace that has been open longest, when there is no more room or its time is up. */
  overdue(nowMs: number): OpenTrace | undefined {
    const first = this.oldest()
    if (first === undefined) return undefined
    const isOver = this.isFull || nowMs - first.sinceMs >= this.#options.maxOpenMs
    return isOver ? first : undefined
  }

  /** Spans, of all traces. */
  get waiting(): number {
    return this.#waiting
  }

  get isFull(): boolean {
    return this.#waiting > this.#options.capacitySpans
  }
}
