import {
  createTraceState,
  isSpanContextValid,
  SpanStatusCode,
  type Attributes as OtelAttributes,
  type Exception,
  type Link,
  type Span as OtelSpan,
  type SpanContext,
  type SpanStatus,
  type TimeInput,
} from '@opentelemetry/api'
import type { TraceContext } from '@ashlar/kernel'
import { ActiveSpan } from '../traces/active-span.ts'
import type { Attributes, AttributeValue } from '../traces/span-record.ts'
import type { Span } from '../traces/span.ts'
import { epochMsOf } from './time-input.ts'

const bridges = new WeakMap<TraceContext, BridgeSpan>()

/**
 * A span of ours, or a place in a trace that nobody here records, as `@opentelemetry/api` knows spans. What callers that
 * nobody compiled give as a name is made text: they must not fail by being observed.
 */
export class BridgeSpan implements OtelSpan {
  /** Where work under this span stands: what kernel's calls carry. */
  readonly trace: TraceContext
  readonly #span: Span | undefined
  #failure: unknown
  #status: SpanStatusCode = SpanStatusCode.UNSET

  constructor(trace: TraceContext) {
    this.trace = trace
    this.#span = trace instanceof ActiveSpan ? trace : undefined
  }

  spanContext(): SpanContext {
    const { traceId, spanId, sampled, random, state } = this.trace
    const context: SpanContext = { traceId, spanId, traceFlags: (sampled ? 1 : 0) | (random === true ? 2 : 0) }
    return state === undefined ? context : { ...context, traceState: createTraceState(state) }
  }

  setAttribute(key: unknown, value: unknown): this {
    const plain = plainValue(value)
    if (plain !== undefined) this.#span?.setAttribute(String(key), plain)
    return this
  }

  setAttributes(attributes: OtelAttributes | null | undefined): this {
    for (const [key, value] of Object.entries(attributes ?? {})) if (value !== undefined) this.setAttribute(key, value)
    return this
  }

  addEvent(name: unknown, attributesOrTime?: OtelAttributes | TimeInput | null, time?: TimeInput): this {
    const isTime = isTimeInput(attributesOrTime)
    const at = epochMsOf(isTime ? attributesOrTime : time)
    this.#span?.addEvent(String(name), isTime ? {} : plainAttributes(attributesOrTime), at)
    return this
  }

  addLink(link: Link): this {
    const { traceId, spanId } = link.context
    this.#span?.link({ traceId, spanId, sampled: false }, plainAttributes(link.attributes))
    return this
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link)
    return this
  }

  /** Of an error the exception's class is recorded, or just that there was one. Once it is OK it stays so; UNSET says nothing. */
  setStatus({ code }: SpanStatus): this {
    if (code !== SpanStatusCode.UNSET && this.#status !== SpanStatusCode.OK) this.#status = code
    return this
  }

  updateName(name: unknown): this {
    this.#span?.setName(String(name))
    return this
  }

  /** Ends it as failed or not, as its status was last said to be. */
  end(endTime?: TimeInput): void {
    if (this.#status === SpanStatusCode.ERROR) this.#span?.fail(this.#failure ?? new Error())
    this.#span?.end(epochMsOf(endTime))
  }

  isRecording(): boolean {
    return this.#span?.isRecording ?? false
  }

  /** What is thrown may be nothing at all: that is no exception to tell of. */
  recordException(exception: Exception | null | undefined, time?: TimeInput): void {
    if (exception === null || exception === undefined) return
    const isText = typeof exception === 'string'
    const { name, code, message, stack } = isText ? { message: exception } : exception
    if (!isText) this.#failure = exception
    const attributes: Record<string, string> = {}
    const type = code ?? name
    if (type !== undefined) attributes['exception.type'] = String(type)
    if (message !== undefined) attributes['exception.message'] = message
    if (stack !== undefined) attributes['exception.stacktrace'] = stack
    this.#span?.addEvent('exception', attributes, epochMsOf(time))
  }
}

/** The one span that stands for a place in a trace. */
export function bridgeOf(trace: TraceContext): BridgeSpan {
  let bridge = bridges.get(trace)
  if (bridge === undefined) bridges.set(trace, (bridge = new BridgeSpan(trace)))
  return bridge
}

/** The place in a trace that a span stands for, whoever made it; `undefined` for one that has none. */
export function traceOf(span: OtelSpan | undefined): TraceContext | undefined {
  if (span === undefined) return undefined
  if (span instanceof BridgeSpan) return span.trace
  const context = span.spanContext()
  if (!isSpanContextValid(context)) return undefined
  const { traceId, spanId, traceFlags, traceState } = context
  const state = traceState?.serialize()
  return {
    traceId,
    spanId,
    sampled: (traceFlags & 1) === 1,
    random: (traceFlags & 2) === 2,
    state: state === '' ? undefined : state,
    root: undefined,
  }
}

/** Attributes as ours may hold them: what is missing is left out, and what nests becomes text. */
export function plainAttributes(attributes: OtelAttributes | null | undefined): Attributes {
  const plain: [string, AttributeValue][] = []
  for (const [key, value] of Object.entries(attributes ?? {})) {
    const kept = plainValue(value)
    if (kept !== undefined) plain.push([key, kept])
  }
  // Not written to one by one: a key may be `__proto__`.
  return Object.fromEntries(plain)
}

/** A value as an attribute of ours may hold it; `undefined` for what cannot be told. Never throws. */
export function plainValue(value: unknown): AttributeValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null) return undefined
  const items: unknown = Array.isArray(value) ? value.filter((each) => each !== null && each !== undefined) : value
  if (isList(items)) return items
  try {
    return JSON.stringify(items)
  } catch {
    // It holds itself, or throws when it is looked at.
    return undefined
  }
}

function isList(value: unknown): value is readonly string[] | readonly number[] | readonly boolean[] {
  if (!Array.isArray(value)) return false
  const type = typeof value[0]
  const isPlain = value.length === 0 || type === 'string' || type === 'number' || type === 'boolean'
  return isPlain && value.every((each) => typeof each === type)
}

function isTimeInput(value: OtelAttributes | TimeInput | null | undefined): value is TimeInput {
  return (
    typeof value === 'number' ||
    Array.isArray(value) ||
    (typeof value === 'object' && value !== null && 'getTime' in value)
  )
}
