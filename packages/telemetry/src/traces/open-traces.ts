import type { TraceContext } from '@ashlar/kernel'
import { slotOf, slots } from './root-slots.ts'
import type { SpanRecord } from './span-record.ts'
import type { TraceSoFar } from './trace-decision.ts'

/** What has ended of a trace here while its first span goes on. */
export interface OpenTrace extends TraceSoFar {
  readonly root: string
  readonly sinceMs: number
  readonly spans: SpanRecord[]
  hasFailed: boolean
  isForced: boolean
  /** Those opened before it and after it. */
  older: OpenTrace | undefined
  newer: OpenTrace | undefined
  /** The next in its slot. */
  next: OpenTrace | undefined
}

export interface OpenTracesOptions {
  readonly capacitySpans: number
  readonly maxSpansPerTrace: number
  readonly maxOpenMs: number
}

/**
 * Spans that wait for what is decided about their trace, by the trace's first span here. A table of its own, with a list
 * of those in it by age: a `Map` makes itself anew whenever it gets empty, and each in turn is kept alive by the last.
 */
export class OpenTraces {
  readonly #slots: (OpenTrace | undefined)[] = Array.from<undefined>({ length: slots })
  readonly #options: OpenTracesOptions
  #oldest: OpenTrace | undefined
  #newest: OpenTrace | undefined
  #waiting = 0

  constructor(options: OpenTracesOptions) {
    this.#options = options
  }

  get(root: string): OpenTrace | undefined {
    // Spans of a trace often end in a row.
    if (this.#newest === undefined || this.#newest.root === root) return this.#newest
    let trace = this.#slots[slotOf(root)]
    while (trace !== undefined && trace.root !== root) trace = trace.next
    return trace
  }

  open(root: string, nowMs: number): OpenTrace {
    const slot = slotOf(root)
    const trace: OpenTrace = {
      root,
      sinceMs: nowMs,
      spans: [],
      hasFailed: false,
      isForced: false,
      older: this.#newest,
      newer: undefined,
      next: this.#slots[slot],
    }
    this.#slots[slot] = trace
    if (this.#newest === undefined) this.#oldest = trace
    else this.#newest.newer = trace
    this.#newest = trace
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
    this.#takeFromSlot(open)
    const { older, newer } = open
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    // One that has got old would keep those that it leads to until the whole heap is collected.
    open.older = undefined
    open.newer = undefined
    open.next = undefined
    this.#waiting -= open.spans.length
  }

  #takeFromSlot(open: OpenTrace): void {
    const slot = slotOf(open.root)
    let before = this.#slots[slot]
    if (before === open) {
      this.#slots[slot] = open.next
      return
    }
    while (before !== undefined && before.next !== open) before = before.next
    if (before !== undefined) before.next = open.next
  }

  oldest(): OpenTrace | undefined {
    return this.#oldest
  }

  /** The trace that has been open longest, when there is no more room or its time is up. */
  overdue(nowMs: number): OpenTrace | undefined {
    const first = this.#oldest
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
