import { isSpanId, isTraceId } from '../hex-ids.ts'
import { AttributeSet, textOf, type Keeper, type SentValue } from '../limits.ts'
import type { LogRecord } from '../records.ts'
import { toMs, toUnixNano, type UnixNano } from '../unix-nano.ts'
import { readAttribute, readValue, writeAttributes, writeText } from './proto-attributes.ts'
import type { ProtoReader } from './proto-reader.ts'
import type { ProtoWriter } from './proto-writer.ts'

/** Writes the fields of a `LogRecord`. */
export function writeLog(writer: ProtoWriter, log: LogRecord): void {
  const { traceId, spanId } = log
  const time = toUnixNano(log.timeMs)
  writer.unixNano(0x09, time)
  writer.uint32(0x10, log.severity)
  writer.string(0x1a, log.severityText)
  writeText(writer, 0x2a, log.body)
  writeAttributes(writer, 0x32, log.attributes)
  if (traceId !== undefined) writer.hex(0x4a, traceId)
  if (spanId !== undefined) writer.hex(0x52, spanId)
  writer.unixNano(0x59, time)
}

/** Reads the fields of a `LogRecord`. Where its time is not known, the time counts at which it was seen. */
export function readLog(reader: ProtoReader, keeper: Keeper): LogRecord {
  let time: UnixNano | undefined
  let seen: UnixNano | undefined
  let severity = 0
  let severityText = ''
  let body: SentValue = null
  let traceId = ''
  let spanId = ''
  const attributes = new AttributeSet(keeper)
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x09) time = reader.unixNano()
    else if (tag === 0x59) seen = reader.unixNano()
    else if (tag === 0x10) severity = reader.uint32()
    else if (tag === 0x1a) severityText = keeper.text(reader.text(keeper.maxTextLength))
    else if (tag === 0x2a) body = readValue(reader, keeper, 0)
    else if (tag === 0x32) readAttribute(reader, keeper, attributes)
    else if (tag === 0x4a) traceId = reader.hex(17)
    else if (tag === 0x52) spanId = reader.hex(9)
    else reader.skip(tag)
  }
  return {
    timeMs: (time === undefined ? 0 : toMs(time)) || (seen === undefined ? 0 : toMs(seen)),
    severity: severity <= 24 ? severity : 0,
    severityText,
    body: textOf(body, keeper),
    attributes: attributes.done(),
    traceId: isTraceId(traceId) ? traceId : undefined,
    spanId: isSpanId(spanId) ? spanId : undefined,
  }
}
