import {
  childTrace,
  currentCall,
  parentSpanId,
  runInContext,
  runInTrace,
  systemClock,
  systemRandom,
  type Clock,
  type Random,
  type Timer,
  type TraceContext,
} from '@ashlar/kernel'
import { ActiveSpan, noEvents, noLinks, type SpanOwner } from './active-span.ts'
import { boundedAttributes, boundedText, noAttributes, type SpanCuts } from './attributes.ts'
import { EpochClock } from './epoch-clock.ts'
import { KeptSpans, type SpanListener } from './kept-spans.ts'
import { OpenTraces, type OpenTrace } from './open-traces.ts'
import { requireInteger, type TracerOptions } from './options.ts'
import { RecentRoots } from './recent-roots.ts'
import type { Span, SpanOptions } from './span.ts'
import { PerSecond } from './per-second.ts'
import type { Attributes, SpanRecord } from './span-record.ts'
import { TraceDecision, type KeepReason } from './trace-decision.ts'
import { noCounts, type TracerCounts } from './tracer-counts.ts'

const noOptions: SpanOptions = {}

/**
 * Records spans, and decides which are worth keeping when the work of a trace in this process has ended: those of a
 * trace with an error, of a slow one, of one in N, and of one that somebody asked for. The rest is forgotten, counted.
 *
 * Each process decides by what it saw. One in N and what was asked for are kept by all that took part; a trace that
 * failed or was slow in one service is kept there, and where it failed or was slow as well.
 *
 * Source: tail sampling as in the OpenTelemetry Collector; W3C Trace Context, level 2. Differs: decided where the spans
 * are made, so those that are dropped are never serialized. A recorded span takes about 0.2 us. Never throws into the
 * observed code but for what that throws itself.
 */
export class Tracer {
  readonly #clock: Clock
  readonly #random: Random
  readonly #epoch: EpochClock
  readonly #decision: TraceDecision
  readonly #open: OpenTraces
  readonly #recent = new RecentRoots()
  readonly #kept: KeptSpans
  readonly #cuts: SpanCuts = { leftOut: 0, shortened: 0 }
  readonly #counts: TracerCounts = noCounts()
  readonly #owner: SpanOwner
  readonly #asked: PerSecond
  readonly #maxOpenMs: number
  #watch: Timer | undefined

  /** @throws {RangeError} naming the option that is not a number within its bounds. */
  constructor(options: TracerOptions = {}) {
    const {
      clock = systemClock,
      random = systemRandom,
      slowMs = 1_000,
      keepOneIn = 100,
      capacitySpans = 4_096,
      askPerSecond = 20,
    } = options
    const { maxForcedPerSecond = 100, maxSpansPerTrace = 512, maxOpenMs = 60_000 } = options
    this.#clock = clock
    this.#random = random
    this.#epoch = new EpochClock(clock)
    this.#decision = new TraceDecision({
      slowMs: requireInteger('slowMs', slowMs, 0),
      keepOneIn: requireInteger('keepOneIn', keepOneIn, 1),
      maxForcedPerSecond: requireInteger('maxForcedPerSecond', maxForcedPerSecond, 0),
      clock,
    })
    this.#asked = new PerSecond(clock, requireInteger('askPerSecond', askPerSecond, 0))
    this.#maxOpenMs = requireInteger('maxOpenMs', maxOpenMs, 1)
    this.#kept = new KeptSpans(requireInteger('capacitySpans', capacitySpans, 1), clock)
    this.#open = new OpenTraces({
      capacitySpans,
      maxSpansPerTrace: requireInteger('maxSpansPerTrace', maxSpansPerTrace, 1),
      maxOpenMs,
    })
    this.#owner = {
      cuts: this.#cuts,
      epochMs: () => this.epochMs(),
      ended: (span, endMs) => this.#ended(span, endMs),
    }
  }

  /**
   * Runs `work` as a span: part of the current call's trace, and what it calls is part of it. Ends when the work has,
   * or its promise; what it throws is the span's error, and is thrown. One AsyncLocalStorage run (about 0.2 us).
   */
  span<T>(name: string, work: (span: Span) => T, options: SpanOptions = noOptions): T {
    const span = this.start(name, options)
    let result: T
    try {
      result = runInTrace(span, () => work(span))
    } catch (error) {
      span.fail(error).end()
      throw error
    }
    if (!isPromise(result)) {
      span.end()
      return result
    }
    return result.then(
      (value) => {
        span.end()
        return value
      },
      (error: unknown) => {
        span.fail(error).end()
        throw error
      },
    ) as T
  }

  /** Begins a span that the caller ends. It is nobody's current span unless run under, with kernel's `runInTrace`. */
  start(name: string, options: SpanOptions = noOptions): Span {
    const parent = options.parent === undefined ? currentCall()?.trace : (options.parent ?? undefined)
    const trace = childTrace(parent, this.#random)
    const startedMs = options.startMs === undefined ? this.#clock.now() : undefined
    const { attributes } = options
    const record = {
      traceId: trace.traceId,
      spanId: trace.spanId,
      parentSpanId: parent === undefined ? undefined : parentSpanId(parent),
      name: boundedText(name, this.#cuts),
      kind: options.kind ?? 'internal',
      startMs: startedMs === undefined ? (options.startMs as number) : this.#epoch.at(startedMs),
      // Fractions from the start, so that all records have one shape.
      durationMs: Number.NaN,
      attributes: attributes === undefined ? noAttributes : boundedAttributes(attributes, this.#cuts),
      error: undefined,
      events: noEvents,
      links: noLinks,
    }
    return new ActiveSpan(this.#owner, trace, record, startedMs)
  }

  /**
   * Takes a span that has ended and was measured by somebody else. What is beyond a span's bounds is cut.
   * @param trace of the span: by its `root` it is told with which others it is decided.
   */
  record(span: SpanRecord, trace: TraceContext): void {
    const attributes = boundedAttributes(span.attributes, this.#cuts)
    const name = boundedText(span.name, this.#cuts)
    const isPlain = span.events.length === 0 && span.links.length === 0
    if (isPlain && attributes === span.attributes && name === span.name) this.#take(span, trace)
    else this.#take(this.#cut(span, attributes, name, trace), trace)
  }

  /**
   * Whether a trace that begins now is to be kept everywhere, as `sampled` in its context says: so many a second.
   * For whoever begins traces, such as an HTTP server.
   */
  asksToKeep(): boolean {
    return this.#asked.take()
  }

  /** Whether it is known already that the trace will be kept: it is one of the one in N, or was asked for. */
  willKeep({ traceId, sampled }: TraceContext): boolean {
    return sampled || this.#decision.isOneInN(traceId)
  }

  /** Now, in epoch milliseconds with a fraction, by the clock that its spans go by. */
  epochMs(): number {
    return this.#epoch.at(this.#clock.now())
  }

  /** Kept spans that have not been drained before, oldest first. What was overwritten before is counted. */
  drain(max: number): SpanRecord[] {
    return this.#kept.drain(max)
  }

  /**
   * Tells of spans that are kept from now on, in batches, soon after they were: outside any call, and never from within
   * the observed code. A listener that throws is told of the next ones all the same.
   */
  onKept(listener: SpanListener): Disposable {
    return this.#kept.listen(listener)
  }

  /** Decides every trace by what is known now, and tells listeners of all that is kept: when the program ends. */
  flush(): void {
    for (let open = this.#open.oldest(); open !== undefined; open = this.#open.oldest()) this.#decideEarly(open)
    this.#watch?.cancel()
    this.#watch = undefined
    this.#kept.tell()
  }

  /** What has become of all spans since the start. */
  get counts(): Readonly<TracerCounts> {
    const { overwritten, failedListeners } = this.#kept
    return { ...this.#counts, waiting: this.#open.waiting, overwritten, failedListeners, ...this.#cuts }
  }

  /** Events and links are added one by one, as far as there is room for them. */
  #cut(span: SpanRecord, attributes: Attributes, name: string, trace: TraceContext): SpanRecord {
    const record = { ...span, attributes, name, events: noEvents, links: noLinks }
    const draft = new ActiveSpan(this.#owner, trace, record, undefined)
    for (const event of span.events) draft.addEvent(event.name, event.attributes, event.timeMs)
    for (const { traceId, spanId, attributes: own } of span.links) draft.link({ traceId, spanId, sampled: false }, own)
    return record
  }

  #ended(span: ActiveSpan, endMs: number | undefined): void {
    const { record, startedMs } = span
    if (endMs === undefined && startedMs !== undefined) {
      const nowMs = this.#clock.now()
      record.durationMs = nowMs - startedMs
      this.#take(record, span, nowMs)
    } else {
      record.durationMs = Math.max(0, (endMs ?? this.epochMs()) - record.startMs)
      this.#take(record, span)
    }
  }

  /** @param nowMs where the clock has been read already. */
  #take(span: SpanRecord, trace: TraceContext, nowMs?: number): void {
    this.#counts.ended += 1
    const { root } = trace
    if (root === undefined || root === '' || root === span.spanId) this.#decide(span, trace)
    else this.#wait(root, span, trace, nowMs)
  }

  #decide(root: SpanRecord, trace: TraceContext): void {
    const open = this.#open.get(root.spanId)
    const reason = this.#decision.ofRoot(root, trace, open)
    if (open !== undefined) this.#settle(open, reason)
    // What was decided early stays, and has been counted: of a trace that is kept, so is its first span.
    const wasKept = this.#recent.get(root.spanId) === true
    const isKept = reason !== undefined || wasKept
    if (reason !== undefined && !wasKept) this.#counts.traces[reason] += 1
    if (isKept) this.#keep(root)
    else this.#counts.notKept += 1
    this.#recent.set(root.spanId, isKept)
  }

  #wait(root: string, span: SpanRecord, trace: TraceContext, nowMs: number | undefined): void {
    let open = this.#open.get(root)
    if (open === undefined) {
      const isKept = this.#recent.get(root)
      if (isKept === true) {
        this.#keep(span)
        return
      }
      if (isKept === false) {
        this.#counts.notKept += 1
        return
      }
      open = this.#open.open(root, nowMs ?? this.#clock.now())
      if (this.#watch === undefined) this.#watchOver()
    }
    if (!this.#open.add(open, span, trace)) this.#counts.overflowed += 1
    else if (this.#open.isFull) this.#decideOverdue(this.#clock.now())
  }

  #decideOverdue(nowMs: number): void {
    for (let open = this.#open.overdue(nowMs); open !== undefined; open = this.#open.overdue(nowMs)) {
      this.#decideEarly(open)
    }
  }

  /** While traces are open: one timer, which keeps neither the process alive nor the call it was armed in. */
  #watchOver(): void {
    const look = (): void => {
      this.#watch = undefined
      this.#decideOverdue(this.#clock.now())
      if (this.#open.oldest() !== undefined) this.#watchOver()
    }
    this.#watch = runInContext(undefined, () => this.#clock.timer(this.#maxOpenMs, look, { background: true }))
  }

  #decideEarly(open: OpenTrace): void {
    const reason = this.#decision.early((open.spans[0] as SpanRecord).traceId, open)
    this.#counts.decidedEarly += 1
    if (reason !== undefined) this.#counts.traces[reason] += 1
    this.#settle(open, reason)
    this.#recent.set(open.root, reason !== undefined)
  }

  #settle(open: OpenTrace, reason: KeepReason | undefined): void {
    this.#open.close(open)
    if (reason === undefined) this.#counts.notKept += open.spans.length
    else for (const span of open.spans) this.#keep(span)
  }

  #keep(span: SpanRecord): void {
    this.#counts.kept += 1
    this.#kept.add(span)
  }
}

function isPromise<T>(value: T): value is T & Promise<Awaited<T>> {
  return value instanceof Promise
}
