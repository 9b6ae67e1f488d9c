import type { Attributes, AttributeValue } from '../../traces/span-record.ts'
import { AttributeSet, setOwn, type Keeper, type SentValue } from '../limits.ts'
import { booleanOf, int64Of, listOf, numberOf, objectOf, stringOf, type JsonObject } from './json-fields.ts'

/** A list of `KeyValue` for `JSON.stringify`. */
export function attributesToJson(attributes: Attributes): JsonObject[] {
  const list: JsonObject[] = []
  for (const key in attributes) {
    const value = attributes[key]
    if (value !== undefined) list.push({ key: key.toWellFormed(), value: valueToJson(value) })
  }
  return list
}

function valueToJson(value: AttributeValue): JsonObject {
  if (typeof value === 'string') return { stringValue: value.toWellFormed() }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value !== 'number') {
    const values: JsonObject[] = []
    for (const each of value) values.push(valueToJson(each))
    return { arrayValue: { values } }
  }
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: doubleToJson(value) }
}

/** JSON has no word for what is no number or has no bound; protobuf's has. */
export function doubleToJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

/** Reads a list of `KeyValue`. */
export function attributesOf(value: unknown, keeper: Keeper): Attributes {
  const attributes = new AttributeSet(keeper)
  for (const each of listOf(value, 'attributes')) {
    const pair = objectOf(each, 'attributes')
    attributes.add(stringOf(pair['key'], 'attributes.key'), sentValueOf(pair['value'], keeper, 0))
  }
  return attributes.done()
}

/** Reads an `AnyValue`; `null` when it holds nothing, or lies too deep. */
export function sentValueOf(value: unknown, keeper: Keeper, depth: number): SentValue {
  const any = objectOf(value, 'value')
  if (depth > keeper.maxDepth) {
    keeper.cutValues++
    return null
  }
  if (isGiven(any['stringValue'])) return stringOf(any['stringValue'], 'stringValue')
  if (isGiven(any['boolValue'])) return booleanOf(any['boolValue'], 'boolValue')
  if (isGiven(any['intValue'])) return int64Of(any['intValue'], 'intValue')
  if (isGiven(any['doubleValue'])) return numberOf(any['doubleValue'], 'doubleValue') ?? null
  if (isGiven(any['bytesValue'])) return stringOf(any['bytesValue'], 'bytesValue')
  if (isGiven(any['arrayValue'])) return sentList(any['arrayValue'], keeper, depth + 1)
  return isGiven(any['kvlistValue']) ? sentMap(any['kvlistValue'], keeper, depth + 1) : null
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function sentList(value: unknown, keeper: Keeper, depth: number): SentValue {
  const list: SentValue[] = []
  for (const each of listOf(objectOf(value, 'arrayValue')['values'], 'arrayValue.values')) {
    if (keeper.takesItem(list.length)) list.push(sentValueOf(each, keeper, depth))
  }
  return list
}

function sentMap(value: unknown, keeper: Keeper, depth: number): SentValue {
  const map: Record<string, SentValue> = {}
  let count = 0
  for (const each of listOf(objectOf(value, 'kvlistValue')['values'], 'kvlistValue.values')) {
    if (!keeper.takesItem(count++)) continue
    const pair = objectOf(each, 'kvlistValue.values')
    setOwn(map, keeper.text(stringOf(pair['key'], 'key')), sentValueOf(pair['value'], keeper, depth))
  }
  return map
}
