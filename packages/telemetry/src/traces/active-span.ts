import type { TraceContext } from '@ashlar/kernel'
import {
  attributeChars,
  attributesChars,
  boundedAttributes,
  boundedText,
  boundedValue,
  errorName,
  isAttributeName,
  maxAttributes,
  maxSpanChars,
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
  /** For how many characters of attributes there is room, once somebody has asked. */
  #room: number | undefined = undefined

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
    const attributes = record.attributes as Record<string, AttributeValue>
    const old = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    const bounded = isAttributeName(name) ? boundedValue(value, cuts) : undefined
    if (bounded === undefined || (old === undefined && this.#own >= maxAttributes)) {
      cuts.leftOut += 1
      return this
    }
    const oldChars = old === undefined ? 0 : attributeChars(name, old)
    if (!this.#takeRoom(attributeChars(name, bounded) - oldChars)) return this
    if (old === undefined) this.#own += 1
    attributes[name] = bounded
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
    const text = boundedText(name, cuts)
    if (!this.#takeRoom(text.length)) return this
    const event = { name: text, timeMs, attributes: this.#fitting(attributes) }
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
    const link = { traceId, spanId, attributes: this.#fitting(attributes) }
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

  /** Whether there is room for so many characters, which are taken then; where there is none, that is counted. */
  #takeRoom(chars: number): boolean {
    this.#room ??= maxSpanChars - attributesChars(this.record.attributes)
    if (chars > this.#room) {
      this.#owner.cuts.leftOut += 1
      return false
    }
    this.#room -= chars
    return true
  }

  /** The attributes of an event or a link, as far as there is room for them. */
  #fitting(attributes: Attributes): Attributes {
    this.#room ??= maxSpanChars - attributesChars(this.record.attributes)
    const bounded = boundedAttributes(attributes, this.#owner.cuts, this.#room)
    this.#room -= attributesChars(bounded)
    return bounded
  }
}
