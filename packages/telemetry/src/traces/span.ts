import type { TraceContext } from '@ashlar/kernel'
import type { Attributes, AttributeValue, SpanKind } from './span-record.ts'

export interface SpanOptions {
  /**
   * Kept, not copied: leave the object as it is afterwards. 64 at the most, texts of 1,024 characters, and 16,384 of names
   * and texts in all, those of the span's events and links included; a number or an item of a list counts as 8 as well.
   */
  readonly attributes?: Attributes
  /** @default 'internal' */
  readonly kind?: SpanKind
  /** What the span is part of. @default the current call; `null` starts a trace. */
  readonly parent?: TraceContext | null
  /** When it began, in epoch milliseconds. @default now */
  readonly startMs?: number
}

/**
 * A piece of work that is going on, and its place in the trace. Whatever is said of it after it has ended is ignored,
 * as is what is beyond its bounds; that is counted.
 */
export interface Span extends TraceContext {
  /** False once it has ended, and where nobody records. */
  readonly isRecording: boolean
  setAttribute(name: string, value: AttributeValue): this
  setName(name: string): this
  /** Something happened within the span; 128 at the most. */
  addEvent(name: string, attributes?: Attributes, timeMs?: number): this
  /** The span has to do with one of another trace, or elsewhere in this one; 128 at the most. */
  link(to: TraceContext, attributes?: Attributes): this
  /** The work has failed. Recorded is the error's code or class, never its message. The last one said counts. */
  fail(error: unknown): this
  /** The trace is to be kept whatever comes of it, here and in the services that are called from now on. */
  keep(): this
  /** Ends it, now or at `endMs` of the epoch. Only the first call counts. */
  end(endMs?: number): void
}
