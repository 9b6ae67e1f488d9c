import { cutText } from '../cut-text.ts'
import type { Attributes, AttributeValue } from '../traces/span-record.ts'

/** How much of what is received is kept. What is beyond is cut and counted, never an error. */
export interface OtlpLimits {
  /** Spans, data points or log records of one request; events and links of its spans, ten times as many. @default 10_000 */
  readonly maxRecords?: number
  /** Of one span, event, link, point, log record or resource. @default 128 */
  readonly maxAttributes?: number
  /** Characters of a name, a key, a text or a nested value. @default 4_096 */
  readonly maxTextLength?: number
  /** Values in a list, events and links of a span, buckets and exemplars of a histogram. @default 256 */
  readonly maxItems?: number
}

/** What was received and not kept, for the counters of who receives. */
export interface OtlpLosses {
  /** Spans, data points and log records beyond `maxRecords`. */
  readonly droppedRecords: number
  /** Those without a valid id or name, or whose buckets do not fit their bounds. */
  readonly invalidRecords: number
  /** Data points of exponential histograms and summaries. */
  readonly unsupportedRecords: number
  /** Attributes, events, links, exemplars and items beyond their limits. */
  readonly droppedItems: number
  /** Texts that were cut, and values nested too deep. */
  readonly cutValues: number
}

const hugeText = '…'
const eventsPerRecord = 10

/** Keeps the limits while one request is read, and counts what goes beyond them. */
export class Keeper {
  readonly maxRecords: number
  readonly maxAttributes: number
  readonly maxTextLength: number
  readonly maxItems: number
  /** How many lists and maps may lie around a value within an attribute. */
  readonly maxDepth: number = 8
  records = 0
  /** Events and links of all spans. */
  events = 0
  droppedRecords = 0
  invalidRecords = 0
  unsupportedRecords = 0
  droppedItems = 0
  cutValues = 0

  constructor(limits: OtlpLimits) {
    this.maxRecords = limits.maxRecords ?? 10_000
    this.maxAttributes = limits.maxAttributes ?? 128
    this.maxTextLength = limits.maxTextLength ?? 4_096
    this.maxItems = limits.maxItems ?? 256
  }

  /** Whether one more span, point or log record is kept. */
  takesRecord(): boolean {
    if (this.records < this.maxRecords) {
      this.records++
      return true
    }
    this.droppedRecords++
    return false
  }

  /** Whether a list that holds `length` items takes one more. */
  takesItem(length: number): boolean {
    if (length < this.maxItems) return true
    this.droppedItems++
    return false
  }

  /** Whether a span that has `length` events, or links, takes one more. An empty one is two bytes to send, and a hundred to keep. */
  takesEvent(length: number): boolean {
    if (this.events < eventsPerRecord * this.maxRecords) {
      if (!this.takesItem(length)) return false
      this.events++
      return true
    }
    this.droppedItems++
    return false
  }

  text(text: string): string {
    if (text.length <= this.maxTextLength) return text
    this.cutValues++
    return cutText(text, this.maxTextLength - 1) + hugeText
  }

  losses(): OtlpLosses {
    const { droppedRecords, invalidRecords, unsupportedRecords, droppedItems, cutValues } = this
    return { droppedRecords, invalidRecords, unsupportedRecords, droppedItems, cutValues }
  }
}

/** The value of an attribute as it was sent. */
export type SentValue = string | number | boolean | null | readonly SentValue[] | { readonly [key: string]: SentValue }

/** A set of attributes while it is read. A key that comes again replaces the value before. */
export class AttributeSet {
  readonly #keeper: Keeper
  readonly #values: Record<string, AttributeValue> = {}
  #count = 0

  constructor(keeper: Keeper) {
    this.#keeper = keeper
  }

  add(key: string, value: SentValue): void {
    if (this.#count >= this.#keeper.maxAttributes) {
      this.#keeper.droppedItems++
      return
    }
    this.#count++
    setOwn(this.#values, this.#keeper.text(key), flat(value, this.#keeper))
  }

  done(): Attributes {
    return this.#values
  }
}

/** Sets a property whatever it is called: `__proto__` too is a key like any other. */
export function setOwn<T>(target: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  else target[key] = value
}

/** What attributes cannot hold becomes text: maps and mixed lists as JSON, nothing as the empty one. */
function flat(value: SentValue, keeper: Keeper): AttributeValue {
  if (typeof value === 'string') return keeper.text(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (value !== null && isPlainList(value))
    return typeof value[0] === 'string' ? (value as string[]).map((each) => keeper.text(each)) : value
  return textOf(value, keeper)
}

/** A value where only text is held. */
export function textOf(value: SentValue, keeper: Keeper): string {
  if (value === null) return ''
  return keeper.text(typeof value === 'string' ? value : JSON.stringify(value))
}

function isPlainList(value: object): value is readonly string[] | readonly number[] | readonly boolean[] {
  if (!Array.isArray(value)) return false
  const type = typeof value[0]
  return value.length === 0 || (type !== 'object' && value.every((each) => typeof each === type))
}
