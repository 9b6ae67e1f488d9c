import { parseIsoTime } from '@ashlar/kernel'
import type { LogRecord } from '../otlp/records.ts'
import type { AttributeValue } from '../traces/span-record.ts'

const severities: Readonly<Record<string, number>> = { debug: 5, info: 9, warn: 13, error: 17, fatal: 21 }

// As OpenTelemetry's conventions for exceptions call what pino calls `err.type` and so on.
const exceptionNames: Readonly<Record<string, string>> = {
  type: 'exception.type',
  message: 'exception.message',
  stack: 'exception.stacktrace',
}

// What is cut here is whole in the log itself.
const maxAttributes = 64
const maxTextChars = 4_096
const maxItems = 64
const maxDepth = 4

type Fields = Readonly<Record<string, unknown>>

/**
 * A line of the logger as OTLP has it: ids, severity and message in their places, all else as attributes, those of
 * objects as `order.id`. Without the service, which is the resource's.
 * @throws when the line is not JSON.
 */
export function recordOfLine(line: string): LogRecord {
  const { level, time, service: _service, msg, traceId, spanId, err, ...fields } = JSON.parse(line) as Fields
  const attributes: Record<string, AttributeValue> = {}
  const room = { left: maxAttributes }
  if (isObject(err)) addFields(attributes, withConventionalNames(err), '', room)
  else if (err !== undefined) addFields(attributes, { 'exception.message': err }, '', room)
  addFields(attributes, fields, '', room)
  return {
    timeMs: parseIsoTime(String(time)) ?? 0,
    severity: severities[String(level)] ?? 0,
    severityText: String(level),
    body: typeof msg === 'string' ? cut(msg) : '',
    attributes,
    traceId: typeof traceId === 'string' ? traceId : undefined,
    spanId: typeof spanId === 'string' ? spanId : undefined,
  }
}

function withConventionalNames(err: Fields): Fields {
  return Object.fromEntries(Object.entries(err).map(([name, value]) => [exceptionNames[name] ?? `err.${name}`, value]))
}

function addFields(
  into: Record<string, AttributeValue>,
  fields: Fields,
  prefix: string,
  room: { left: number },
  depth = 1,
): void {
  for (const [name, value] of Object.entries(fields)) {
    if (room.left === 0) return
    if (value === null || name === '__proto__') continue
    if (isObject(value) && depth < maxDepth) addFields(into, value, `${prefix}${name}.`, room, depth + 1)
    else {
      into[cut(prefix + name)] = attributeOf(value)
      room.left -= 1
    }
  }
}

function attributeOf(value: unknown): AttributeValue {
  if (typeof value === 'string') return cut(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (isListOf(value, 'string')) return value.slice(0, maxItems).map(cut)
  if (isListOf(value, 'number') || isListOf(value, 'boolean')) return value.slice(0, maxItems)
  return cut(JSON.stringify(value))
}

function isListOf(value: unknown, type: 'string'): value is string[]
function isListOf(value: unknown, type: 'number'): value is number[]
function isListOf(value: unknown, type: 'boolean'): value is boolean[]
function isListOf(value: unknown, type: string): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function cut(text: string): string {
  return text.length <= maxTextChars ? text : `${text.slice(0, maxTextChars - 1).toWellFormed()}…`
}
