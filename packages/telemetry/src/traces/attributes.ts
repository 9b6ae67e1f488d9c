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

export const noAttributes: Attributes = Object.freeze({})

/** The attributes within their bounds: the same object where it is within them, a copy that is cut where it is not. */
export function boundedAttributes(attributes: Attributes, cuts: SpanCuts): Attributes {
  let count = 0
  for (const name in attributes) {
    const value: unknown = attributes[name]
    const isPlain =
      typeof value === 'string' ? value.length <= maxChars : typeof value === 'number' || typeof value === 'boolean'
    if (!isPlain || ++count > maxAttributes || name.length > maxNameChars) return cutAttributes(attributes, cuts)
  }
  return attributes
}

function cutAttributes(attributes: Attributes, cuts: SpanCuts): Attributes {
  const kept: Record<string, AttributeValue> = {}
  let count = 0
  for (const [name, value] of Object.entries(attributes)) {
    const bounded = count < maxAttributes ? boundedValue(value, cuts) : undefined
    if (bounded === undefined || !isAttributeName(name)) {
      cuts.leftOut += 1
    } else {
      kept[name] = bounded
      count += 1
    }
  }
  return kept
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
