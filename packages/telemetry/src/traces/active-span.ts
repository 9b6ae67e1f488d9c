import type { TraceContext } from '@ashlar/kernel'
import {
  boundedAttributes,
  boundedText,
  boundedValue,
  errorName,
  isAttributeName,
  maxAttributes,
  noAttributes,
  type SpanCuts,
} from './attributes.ts'
import type { Span } from './span.ts'
import type { Attributes, AttributeValue, SpanEvent, SpanLink, SpanRecord } from './span-record.ts'

const maxEvents = 128
const maxLinks = 128

export const noEvents: readonly SpanEvent[] = Object.freeze([])
export const noLinks: readonly SpanLink[] = Object.freeze([])

/** A record that is being written. */
export type SpanDraft = { -readonly [Field in keyof SpanRecord]: SpanRecord[Field] }

/** What a span tells its tracer, and asks of it. */
export interface SpanOwner {
  readonly cuts: SpanCuts
  epochMs(): number
  ended(span: ActiveSpan, endMs: number | undefined): void
}

/**
 * A span that is going on. It is its own `TraceContext`, so the call that runs under it leads back to it without a
 * table from ids to spans; its record is the one that is kept, so that ending it builds nothing.
 */
export class ActiveSpan implements Span {
  readonly traceId: string
  readonly spanId: string
  readonly random: boolean
  readonly state: string | undefined
  readonly root: string
  sampled: boolean

  readonly record: SpanDraft
  /** On the monotonic scale; `undefined` when somebody else said when it began. */
  readonly startedMs: number | undefined
  readonly #owner: SpanOwner
  #hasEnded = false
  /** How many attributes there are, once they are this span's own: those it was given are not written to. */
  #own: number | undefined = undefined

  constructor(owner: SpanOwner, trace: TraceContext, record: SpanDraft, startedMs: number | undefined) {
    this.traceId = trace.traceId
    this.spanId = trace.spanId
    this.random = trace.random === true
    this.state = trace.state
    this.root = trace.root as string
    this.sampled = trace.sampled
    this.record = record
    this.startedMs = startedMs
    this.#owner = owner
  }

  get isRecording(): boolean {
    return !this.#hasEnded
  }

  setAttribute(name: string, value: AttributeValue): this {
    if (this.#hasEnded) return this
    const { record } = this
    if (this.#own === undefined) {
      record.attributes = { ...record.attributes }
      this.#own = Object.keys(record.attributes).length
    }
    const { cuts } = this.#owner
    const isNew = !Object.hasOwn(record.attributes, name)
    const bounded = boundedValue(value, cuts)
    if (bounded === undefined || !isAttributeName(name) || (isNew && this.#own >= maxAttributes)) {
      cuts.leftOut += 1
      return this
    }
    if (isNew) this.#own += 1
    ;(record.attributes as Record<string, AttributeValue>)[name] = bounded
    return this
  }

  setName(name: string): this {
    if (!this.#hasEnded) this.record.name = boundedText(name, this.#owner.cuts)
    return this
  }

  addEvent(name: string, attributes: Attributes = noAttributes, timeMs: number = this.#owner.epochMs()): this {
    if (this.#hasEnded) return this
    const { record } = this
    const { cuts } = this.#owner
    if (record.events.length >= maxEvents) {
      cuts.leftOut += 1
      return this
    }
    const event = { name: boundedText(name, cuts), timeMs, attributes: boundedAttributes(attributes, cuts) }
    if (record.events === noEvents) record.events = [event]
    else (record.events as SpanEvent[]).push(event)
    return this
  }

  link({ traceId, spanId }: TraceContext, attributes: Attributes = noAttributes): this {
    if (this.#hasEnded) return this
    const { record } = this
    const { cuts } = this.#owner
    if (record.links.length >= maxLinks) {
      cuts.leftOut += 1
      return this
    }
    const link = { traceId, spanId, attributes: boundedAttributes(attributes, cuts) }
    if (record.links === noLinks) record.links = [link]
    else (record.links as SpanLink[]).push(link)
    return this
  }

  fail(error: unknown): this {
    if (!this.#hasEnded) this.record.error = errorName(error)
    return this
  }

  keep(): this {
    if (!this.#hasEnded) this.sampled = true
    return this
  }

  end(endMs?: number): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#owner.ended(this, endMs)
  }
}
