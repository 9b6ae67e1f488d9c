import { isSpanId, isTraceId } from '../hex-ids.ts'
import { textOf, type Keeper } from '../limits.ts'
import type { LogRecord } from '../records.ts'
import { formatUnixNano, toMs, toUnixNano } from '../unix-nano.ts'
import { attributesOf, attributesToJson, sentValueOf } from './json-attributes.ts'
import { idOf, objectOf, stringOf, uint32Of, unixNanoOf, type JsonObject } from './json-fields.ts'

const epoch = toUnixNano(0)

/** A `LogRecord` for `JSON.stringify`. */
export function logToJson(log: LogRecord): JsonObject {
  const time = formatUnixNano(toUnixNano(log.timeMs))
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: log.severity,
    severityText: log.severityText.toWellFormed(),
    body: { stringValue: log.body.toWellFormed() },
    attributes: attributesToJson(log.attributes),
    traceId: log.traceId,
    spanId: log.spanId,
  }
}

/** Reads a `LogRecord`. Where its time is not known, the time counts at which it was seen. */
export function logOf(value: unknown, keeper: Keeper): LogRecord {
  const log = objectOf(value, 'logRecords')
  const time = unixNanoOf(log['timeUnixNano'], 'timeUnixNano') ?? epoch
  const seen = unixNanoOf(log['observedTimeUnixNano'], 'observedTimeUnixNano') ?? epoch
  const severity = uint32Of(log['severityNumber'], 'severityNumber')
  const traceId = idOf(log['traceId'], 'traceId')
  const spanId = idOf(log['spanId'], 'spanId')
  return {
    timeMs: toMs(time) || toMs(seen),
    severity: severity <= 24 ? severity : 0,
    severityText: keeper.text(stringOf(log['severityText'], 'severityText')),
    body: textOf(sentValueOf(log['body'], keeper, 0), keeper),
    attributes: attributesOf(log['attributes'], keeper),
    traceId: isTraceId(traceId) ? traceId : undefined,
    spanId: isSpanId(spanId) ? spanId : undefined,
  }
}
