import { codeOf } from '@ashlar/kernel'
import { cutText } from '../cut-text.ts'
import type { Attributes, AttributeValue } from './span-record.ts'

/** What was cut or left out to keep spans within their bounds. */
export interface SpanCuts {
  /** Attributes, events and links beyond their number, and attributes that hold what an attribute cannot. */
  leftOut: number
  /** Texts that were longer than they may be. */
  shortened: number
}

export const maxAttributes = 64
const maxChars = 1_024
export const maxNameChars = 256
const maxItems = 64
/** Of all attributes of a span, those of its events and links included: see {@link attributeChars}. */
export const maxSpanChars = 16_384
const maxAttributeChars = maxNameChars + maxChars
/** What a number, a boolean or the place of an item in its list counts as: the 8 bytes that it takes. */
const plainChars = 8

export const noAttributes: Attributes = Object.freeze({})

/**
 * The attributes within their bounds: the same object where it is within them, a copy that is cut where it is not.
 * @param room how many characters they may have together
 */
export function boundedAttributes(attributes: Attributes, cuts: SpanCuts, room: number = maxSpanChars): Attributes {
  let count = 0
  for (const name in attributes) {
    const value: unknown = attributes[name]
    const isPlain =
      typeof value === 'string' ? value.length <= maxChars : typeof value === 'number' || typeof value === 'boolean'
    if (!isPlain || ++count > maxAttributes || name.length > maxNameChars) return cutAttributes(attributes, cuts, room)
  }
  // A few are within it however long they are, and need not be summed up.
  const isWithin = count * maxAttributeChars <= room || attributesChars(attributes) <= room
  return isWithin ? attributes : cutAttributes(attributes, cuts, room)
}

function cutAttributes(attributes: Attributes, cuts: SpanCuts, room: number): Attributes {
  const kept: Record<string, AttributeValue> = {}
  let count = 0
  let left = room
  for (const [name, value] of Object.entries(attributes)) {
    const bounded = count < maxAttributes && isAttributeName(name) ? boundedValue(value, cuts) : undefined
    const chars = bounded === undefined ? 0 : attributeChars(name, bounded)
    if (bounded === undefined || chars > left) {
      cuts.leftOut += 1
    } else {
      kept[name] = bounded
      count += 1
      left -= chars
    }
  }
  return kept
}

/** What an attribute counts as. */
export function attributeChars(name: string, value: AttributeValue): number {
  if (typeof value === 'string') return name.length + value.length
  if (!Array.isArray(value)) return name.length + plainChars
  let chars = name.length
  for (const item of value as readonly unknown[]) chars += plainChars + (typeof item === 'string' ? item.length : 0)
  return chars
}

export function attributesChars(attributes: Attributes): number {
  let chars = 0
  for (const name in attributes) chars += attributeChars(name, attributes[name] as AttributeValue)
  return chars
}

/** Not too long, and not the one that an object takes for its prototype when it is written to. */
export function isAttributeName(name: string): boolean {
  return name.length <= maxNameChars && name !== '__proto__'
}

/** A value as an attribute may hold it; `undefined` when it can hold none of it. */
export function boundedValue(value: unknown, cuts: SpanCuts): AttributeValue | undefined {
  if (typeof value === 'string') return boundedText(value, cuts)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (!Array.isArray(value)) return undefined
  const items = value.slice(0, maxItems) as unknown[]
  if (items.length < value.length) cuts.leftOut += 1
  if (items.every((item) => typeof item === 'string')) return items.map((item) => boundedText(item, cuts))
  if (items.every((item) => typeof item === 'number')) return items
  return items.every((item) => typeof item === 'boolean') ? items : undefined
}

/** The text, or its beginning: never half a character. */
export function boundedText(text: string, cuts: SpanCuts, max: number = maxChars): string {
  if (text.length <= max) return text
  cuts.shortened += 1
  return cutText(text, max)
}

/** Why something failed, without saying anything about anybody: the error's code, or its class. */
export function errorName(error: unknown): string {
  try {
    const name = codeOf(error) ?? (error instanceof Error ? error.name : typeof error)
    if (name === '') return 'Error'
    return name.length <= maxNameChars ? name : cutText(name, maxNameChars)
  } catch {
    // Anything can be thrown, also what throws when it is looked at.
    return 'Error'
  }
}
